"""messages.py send|receive <queue> <count>: persistent messages that survive a failover, with STOMP."""

import logging
import os
import queue
import random
import re
import sys
import time
import uuid

import stomp
from stomp.exception import StompException

PATIENCE = 60  # seconds without a broker, or without a message
LOST = (OSError, StompException)
logging.getLogger("stomp.py").setLevel(logging.CRITICAL)  # that a slave refuses is no news


class Link(stomp.ConnectionListener):
    """A connection to the broker that lets clients in; what the broker says goes into a queue."""

    def __init__(self):
        self.said = queue.Queue()
        found = re.findall(r"(?:tcp|ssl)://([^:,)]+):(\d+)", os.environ["MQHA_FAILOVER_URL"])
        brokers = [(host, int(port)) for host, port in found]
        self.connection = stomp.Connection12(
            # Another one first each time: a broker that hangs is connected to, and says nothing.
            random.sample(brokers, len(brokers)),
            prefer_localhost=False,
            try_loopback_connect=False,
            reconnect_attempts_max=1,
            timeout=5,
            heartbeats=(4000, 4000),
        )
        if "MQHA_CA_FILE" in os.environ:  # the cluster has `tls: true`
            self.connection.set_ssl(
                for_hosts=brokers,
                ca_certs=os.environ["MQHA_CA_FILE"],
                cert_file=os.environ.get("MQHA_CERTIFICATE_FILE"),
                key_file=os.environ.get("MQHA_KEY_FILE"),
            )
        self.connection.set_listener("", self)
        try:
            self.connection.connect(os.environ.get("MQHA_USERNAME"), os.environ.get("MQHA_PASSWORD"))
            self.next("connected", 5)
        except (*LOST, queue.Empty) as error:
            self.connection.transport.disconnect_socket()
            raise ConnectionError(f"no broker lets this client in: {error}") from error

    def on_connected(self, frame):
        self.said.put(("connected", frame))

    def on_receipt(self, frame):
        self.said.put(("receipt", frame))

    def on_message(self, frame):
        self.said.put(("message", frame))

    def on_error(self, frame):
        print(f"the broker says: {frame.headers.get('message')}", file=sys.stderr)
        self.said.put(("error", frame))

    def on_disconnected(self):
        self.said.put(("disconnected", None))

    def next(self, wanted, seconds):
        """The broker's next frame. ConnectionError: it is of another kind; queue.Empty: none came."""
        what, frame = self.said.get(timeout=seconds)
        if what != wanted:
            raise ConnectionError(f"{what} instead of {wanted}")
        return frame


def connect():
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return Link()
        except LOST:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def send(name, count):
    run = uuid.uuid4().hex[:8]
    link = connect()
    for number in range(1, count + 1):
        body = f"{run}-{number}"
        acknowledged = False
        while not acknowledged:
            try:
                # Neither is the default: kept on disk, and answered once it is kept.
                headers = {"persistent": "true", "receipt": body}
                link.connection.send(f"/queue/{name}", body, headers=headers)
                link.next("receipt", 10)
                acknowledged = True
            except (*LOST, queue.Empty):
                link = connect()  # and send it again, since nobody knows whether it arrived
        print(body, flush=True)
    link.connection.disconnect()
    print(f"sent {count}, each acknowledged", file=sys.stderr)


def receive(name, count):
    seen = set()
    duplicates = 0
    link = None
    while len(seen) < count:
        try:
            if link is None:
                link = connect()
                link.connection.subscribe(f"/queue/{name}", id="1", ack="client-individual")
            frame = link.next("message", PATIENCE)
            # What was not acknowledged before a failover comes again.
            if frame.body in seen:
                duplicates += 1
            else:
                seen.add(frame.body)
                print(frame.body, flush=True)
            link.connection.ack(frame.headers["ack"])
        except queue.Empty:
            sys.exit(f"only {len(seen)} messages came")
        except LOST:
            link = None
    # With a receipt it returns when the broker has the acknowledgements before it, too.
    link.connection.disconnect(receipt="end")
    print(f"received {count}, and {duplicates} of them again", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("send", "receive"):
        sys.exit(__doc__)
    if "MQHA_FAILOVER_URL" not in os.environ:
        sys.exit('MQHA_FAILOVER_URL is not set: eval "$(mqha env --shell)"')
    (send if sys.argv[1] == "send" else receive)(sys.argv[2], int(sys.argv[3]))
