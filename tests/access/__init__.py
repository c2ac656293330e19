"""Every principal, every object, every door: what the tables allow works, everything else is refused."""
