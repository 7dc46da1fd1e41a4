"""TLS servers on 127.0.0.1: one that has nothing, and one that passes everything on."""

import asyncio
import http.server
import ssl
import threading

NOT_FOUND = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


def context(certificate, version=None, protocols=("http/1.1",)):
    """What a server's connections have in common.

    `certificate` is a file with the key as well; `version` the only one of TLS that is spoken, nil: 1.2 and 1.3;
    `protocols` are those that the server knows by ALPN (RFC 7301).
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    if version:
        made.minimum_version = made.maximum_version = version
    if protocols:
        made.set_alpn_protocols(list(protocols))
    return made


class EmptyBucket(http.server.ThreadingHTTPServer):
    """Answers as S3 where there is no such object. `agreed` has what TLS came to, a connection each."""

    daemon_threads = True

    def __init__(self, tls):
        self.agreed = []
        super().__init__(("127.0.0.1", 0), EmptyBucketHandler)
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    def handle_error(self, *_):
        """A client that hangs up is what some of the tests want."""


class EmptyBucketHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        connection = self.connection
        self.server.agreed.append((connection.version(), connection.cipher()[0], connection.selected_alpn_protocol()))
        self.send_response(404)
        self.send_header("Content-Length", str(len(NOT_FOUND)))
        self.end_headers()
        self.wfile.write(NOT_FOUND)

    do_HEAD = do_GET

    def log_message(self, *_):
        """Nobody reads it."""


class Relay:
    """Ends TLS on a port of 127.0.0.1 and passes the bytes on to another one. `count` is that of connections."""

    def __init__(self, tls, port, target):
        self.count = 0
        self.target = target
        loop = asyncio.new_event_loop()
        loop.run_until_complete(asyncio.start_server(self.relay, "127.0.0.1", port, ssl=tls, backlog=64))
        threading.Thread(target=loop.run_forever, daemon=True).start()

    async def relay(self, reader, writer):
        self.count += 1
        target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self.copy(reader, target_writer), self.copy(target_reader, writer))

    @staticmethod
    async def copy(reader, writer):
        try:
            while piece := await reader.read(1 << 16):
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass  # One side has gone: so does the other.
        writer.close()
