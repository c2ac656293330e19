"""Run with the generated packages `approvals_client` and `query_client` on the path: a stranger's program.

Takes the addresses of both services and a token; sends a command, gets its answer, reads a list and a report by types.
"""

import json
import sys
from datetime import date
from typing import Any

import approvals_client
import query_client

SERVICE, QUERY, TOKEN = sys.argv[1:]


def decided() -> Any:
    """The answer to the second of two structured commands, which is then asked for by its id."""
    line = approvals_client.LineTerms(
        line="observers", missions=["UNIFIL"], categories=["military_observer"], ceiling=5, valid_from=date(2022, 7, 1)
    )
    proposed = approvals_client.ProposeMandate(
        mandate="generated", contributor="KAZ", proposed_on=date(2022, 6, 1), proposed_by="President", lines=[line]
    )
    vote = approvals_client.Decision(act_number="1-VII", decided_on=date(2022, 6, 30))
    approved = approvals_client.ApproveMandate(mandate="generated", decision=vote, in_force_from=date(2022, 7, 1))
    kinds = [(approvals_client.ProposeMandateEvent, proposed), (approvals_client.ApproveMandateEvent, approved)]
    with approvals_client.ApiClient(approvals_client.Configuration(host=SERVICE, access_token=TOKEN)) as http:
        api = approvals_client.DefaultApi(http)
        for number, (kind, data) in enumerate(kinds):
            event = kind(
                specversion="1.0",
                id=f"generated/{number}",
                source="urn:stranger",
                subject="mandate/generated",
                type=f"forcegen.approvals.{type(data).__name__}",
                data=data,
            )
            sent = api.post_commands(approvals_client.PostCommandsRequest(event)).actual_instance
        answer = api.get_commands(id="generated/1", source="urn:stranger")
        assert answer == sent, (answer, sent)
        return answer


def main() -> None:
    """Prints what was read, for whoever runs this."""
    answer = decided()
    with query_client.ApiClient(query_client.Configuration(host=QUERY, access_token=TOKEN)) as http:
        page = query_client.ListsApi(http).get_mandates(wait_for=answer.token, timeout=30, contributor="KAZ")
        [mandate] = [one for one in page.items if one.id == "generated"]
        report = query_client.ReportsApi(http).get_reports_headroom(as_of=date(2022, 8, 1), mandate="generated")
    [row] = report.rows
    json.dump(
        {
            **{"status": answer.status, "stream": answer.events[0].stream, "freshness": page.freshness.state},
            **{"in_force_from": mandate.in_force_from.isoformat(), "mandate_status": mandate.status},
            **{"report": report.report, "as_of": report.as_of.isoformat(), "line": row.line, "ceiling": row.ceiling},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
