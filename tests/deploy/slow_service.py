"""A service that runs, listens, and says for ever why it is not ready."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

WHY = "the alarm stands: the tree does not continue what was signed"


class Answer(BaseHTTPRequestHandler):
    """The same to every question."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(json.dumps({"moving": False, "problems": [WHY]}).encode())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ["FORCEGEN_HTTP_PORT"])), Answer).serve_forever()
