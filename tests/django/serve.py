#!/usr/bin/env python3
"""Serve one of the projects over HTTP:

    serve.py --system NAME --db DATABASE [--set SET]

Listens on a free local port, prints the address, and ends when standard input ends. The database is a
path, a `postgres://` URL, or `env:VARIABLE`. It need not exist before the first request.

Exit: 0 ended, 2 usage, 3 no Python for the set.
"""

import argparse
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from harness import enter_set, project_arguments, start_django


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    project_arguments(parser)
    args = parser.parse_args()
    enter_set(args.version_set)
    start_django(args, args.db)
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
