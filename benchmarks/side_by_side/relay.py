"""A TCP relay that makes a bad link of a good one: it delays, limits the rate, and cuts.

    relay.py --to 127.0.0.2:2222 --rate 400M --delay 0.03 --cut-every 3
    relay.py --ceiling

Prints a line of JSON with its port, then relays whatever connects to it until its stdin ends; then prints a line with
what it counted:
bytes that entered the link towards the target (`up`) and from it (`down`), connections, cuts.

The link is a queue that sends one piece after the other, shared by all connections, one queue for each direction: a
piece leaves when those before it
have left, and arrives `delay` later. A connection costs the round trips that a TCP handshake does. A connection may
have `window` bytes under way in
a direction; what a sender writes beyond waits in the sender's own socket, as with a real TCP. What is not imitated:
slow start, and loss other than whole cuts.
A cut resets every open connection, every so many seconds from the first connection on; what was under way is lost, and
was counted.

One thread, one process for each link: Python is quick enough for 400 Mbit/s many times over, which `--ceiling` shows on
the machine at hand.
"""

import argparse
import collections
import json
import os
import re
import select
import socket
import struct
import sys
import threading
import time

PIECE = 64 << 10
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


def parse_rate(text):
    """Bytes a second of `400M` bits a second; 0 is no limit."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kMG]?)", text)
    if not match:
        raise argparse.ArgumentTypeError("a rate is a number with k, M or G, in bits a second: " + text)
    return float(match.group(1)) * _UNITS[match.group(2)] / 8


class Lane:
    """One direction of the link, on paper: when does what enters it arrive? Times are seconds of any clock."""

    def __init__(self, rate=0.0, delay=0.0):
        self.rate = rate
        self.delay = delay
        self.sent = 0
        self._free_at = 0.0

    def admit(self, now, size):
        """`size` bytes enter; returns when the last of them arrives."""
        self.sent += size
        self._free_at = max(now, self._free_at) + (size / self.rate if self.rate else 0.0)
        return self._free_at + self.delay


class Pipe:
    """One direction of a connection: what entered the lane from `source` and is due at `sink` later."""

    def __init__(self, source, sink, lane, window, open_at):
        self.source, self.sink = source, sink
        self._lane, self._window, self._open_at = lane, window, open_at
        self._under_way = collections.deque()  # (due, bytes)
        self._queued = 0
        self.ended = False  # the source has said all
        self.done = False  # and the sink has been told so

    def wants_to_read(self):
        return not self.ended and self._queued < self._window

    def due(self):
        return self._under_way[0][0] if self._under_way else None

    def read(self, now):
        data = self.source.recv(PIECE)
        self.ended = not data
        self._queued += len(data)
        self._under_way.append((self._lane.admit(max(now, self._open_at), len(data)), data))

    def write(self, now):
        """Hands on what is due, as far as the sink takes it."""
        while self._under_way and self._under_way[0][0] <= now:
            due, data = self._under_way.popleft()
            if not data:
                self.sink.shutdown(socket.SHUT_WR)
                self.done = True
                return
            try:
                taken = self.sink.send(data)
            except BlockingIOError:
                taken = 0
            self._queued -= taken
            if taken < len(data):
                self._under_way.appendleft((due, data[taken:]))
                return


class Relay:
    """Listens, and relays until `stop` becomes readable."""

    def __init__(self, target, rate=0.0, delay=0.0, window=256 << 10, cut_every=0.0):
        self._target = target
        self._delay, self._window, self._cut_every = delay, window, cut_every
        self.up, self.down = Lane(rate, delay), Lane(rate, delay)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._connections = []  # pairs of pipes
        self._next_cut = None
        self.connections = self.cuts = 0

    def counted(self):
        return {"up": self.up.sent, "down": self.down.sent, "connections": self.connections, "cuts": self.cuts}

    def run(self, stop):
        while True:
            now = time.monotonic()
            if self._next_cut is not None and now >= self._next_cut:
                self.cut()
                self._next_cut += self._cut_every
            readers = {stop: None, self._listener: None}
            writers, moments = {}, [] if self._next_cut is None else [self._next_cut]
            for pipe in [pipe for pair in self._connections for pipe in pair]:
                if pipe.wants_to_read():
                    readers[pipe.source] = pipe
                due = pipe.due()
                if due is not None and due <= now:
                    writers[pipe.sink] = pipe
                elif due is not None:
                    moments.append(due)
            wait = max(0.0, min(moments) - now) if moments else None
            readable, writable, _ = select.select(list(readers), list(writers), [], wait)
            if stop in readable:
                return
            if self._listener in readable:
                self._accept()
            now = time.monotonic()
            for pipe in [readers[ready] for ready in readable if readers[ready]]:
                self._guard(pipe, pipe.read, now)
            for pipe in [writers[ready] for ready in writable]:
                self._guard(pipe, pipe.write, now)

    def cut(self):
        """Resets every connection."""
        for pair in self._connections:
            self._reset(pair)
        self.cuts += len(self._connections) > 0
        self._connections = []

    def _accept(self):
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.setblocking(False)
        now = time.monotonic()
        self.connections += 1
        if self._cut_every and self._next_cut is None:
            self._next_cut = now + self._cut_every
        # The client may speak a round trip after its first packet left; the server half of one later.
        up = Pipe(client, server, self.up, self._window, now + 2 * self._delay)
        down = Pipe(server, client, self.down, self._window, now + 3 * self._delay)
        self._connections.append((up, down))

    def _guard(self, pipe, act, now):
        pair = next((pair for pair in self._connections if pipe in pair), None)
        if pair is None:
            return  # ended a moment ago
        try:
            act(now)
        except OSError:  # an end is gone: so is the connection
            self._connections.remove(pair)
            self._reset(pair)
            return
        if pair[0].done and pair[1].done:
            self._connections.remove(pair)
            for end in pair:
                end.source.close()

    @staticmethod
    def _reset(pair):
        for pipe in pair:
            try:
                pipe.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
            pipe.source.close()


def ceiling(size=512 << 20):
    """What the relay itself can carry, without a limit: bytes a second, and CPU seconds for a gigabyte."""
    sink = socket.create_server(("127.0.0.1", 0))
    relay = Relay(sink.getsockname())
    stop, stopper = os.pipe()
    cpu = []

    def serve():
        relay.run(stop)
        cpu.append(time.thread_time())

    def send():
        with socket.create_connection(("127.0.0.1", relay.port)) as end:
            piece = bytes(1 << 20)
            for _ in range(size // len(piece)):
                end.sendall(piece)

    threads = [threading.Thread(target=work) for work in (serve, send)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    receiver, _ = sink.accept()
    while receiver.recv(1 << 20):
        pass
    seconds = time.perf_counter() - start
    os.close(stopper)
    for thread in threads:
        thread.join()
    return {
        "megabits_per_second": round(size * 8e-6 / seconds),
        "cpu_seconds_per_gigabyte": round(cpu[0] / size * 1e9, 3),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", metavar="ADDRESS:PORT")
    parser.add_argument("--rate", type=parse_rate, default=0.0, help="bits a second in each direction, as 400M")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds one way")
    parser.add_argument(
        "--window", type=int, default=256 << 10, help="bytes of a connection that may be under way in a direction"
    )
    parser.add_argument("--cut-every", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--ceiling", action="store_true", help="measure what the relay can carry, and end")
    options = parser.parse_args()
    if options.ceiling:
        print(json.dumps(ceiling()))
        return
    if not options.to:
        parser.error("--to is missing")
    try:
        os.nice(-10)  # a wire does not wait for a processor
    except PermissionError:
        pass
    address, _, port = options.to.rpartition(":")
    relay = Relay((address, int(port)), options.rate, options.delay, options.window, options.cut_every)
    print(json.dumps({"port": relay.port}), flush=True)
    relay.run(sys.stdin)
    print(json.dumps(relay.counted()), flush=True)


if __name__ == "__main__":
    main()
