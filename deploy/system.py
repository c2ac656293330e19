"""The services of this system on one machine, and their requirements. `operations.local_system` has them run."""

from typing import Final

from deploy import roles
from deploy.local.service_process import Service
from deploy.service_names import AUDIT, QUERY

SERVICES: Final = (
    Service("approvals", "services.approvals", "approvals", 8081),
    Service("vacancies", "services.vacancies", "vacancies", 8082),
    Service("deployments", "services.deployments", "deployments", 8083),
    Service("reporting", "services.reporting", "reporting", 8084),
    Service(AUDIT, "services.audit", "audit", 8085),
    # the audit service answers which records its receipts depend on
    Service(
        QUERY, "services.reporting.http", roles.READER, 8080, {"FORCEGEN_QUERY_AUDIT_URL": AUDIT}, uses_kafka=False
    ),
)
