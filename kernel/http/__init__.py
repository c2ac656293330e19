"""How every service speaks HTTP: strict parameters, problem details, the CloudEvents binding, operators' routes."""
