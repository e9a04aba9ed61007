"""The relay: what it does on paper, and that bytes, ends and cuts pass through a real one."""

import os
import socket
import threading
import unittest

from benchmarks.side_by_side import relay
from sshsync.testing import python_cases


class LaneTest(unittest.TestCase):
    def test_a_piece_takes_the_time_of_its_size_and_the_delay(self):
        lane = relay.Lane(rate=1000, delay=2)
        self.assertEqual(lane.admit(10, 500), 12.5)

    def test_pieces_follow_each_other_as_long_as_the_lane_is_busy(self):
        lane = relay.Lane(rate=1000, delay=0)
        self.assertEqual([lane.admit(0, 1000), lane.admit(0, 1000), lane.admit(10, 1000)], [1, 2, 11])

    def test_without_a_rate_only_the_delay_counts(self):
        lane = relay.Lane(delay=0.5)
        self.assertEqual([lane.admit(1, 10**9), lane.admit(1, 10**9)], [1.5, 1.5])

    def test_all_that_entered_is_counted(self):
        lane = relay.Lane(rate=1)
        lane.admit(0, 3)
        lane.admit(0, 4)
        self.assertEqual(lane.sent, 7)


class RateTest(unittest.TestCase):
    def test_rates_are_bits_in_decimal_units(self):
        self.assertEqual([relay.parse_rate(text) for text in ("400M", "1.5k", "8")], [50e6, 187.5, 1])

    def test_what_is_no_rate_is_refused(self):
        for text in ("", "M", "-1", "4 M", "4Mi"):
            with self.assertRaises(Exception, msg=text):
                relay.parse_rate(text)


class RunningRelay:
    """A relay in front of a server that this test plays."""

    def __init__(self, **options):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.relay = relay.Relay(self.server.getsockname(), **options)
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self.relay.run, args=(self._stop,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.close(self._stopper)
        self._thread.join()
        os.close(self._stop)
        self.server.close()

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.relay.port))
        accepted, _ = self.server.accept()
        return client, accepted


def read_all(end):
    data = b""
    while True:
        piece = end.recv(1 << 16)
        if not piece:
            return data
        data += piece


class RelayTest(unittest.TestCase):
    def test_bytes_arrive_in_order_both_ways_and_ends_are_told(self):
        data = os.urandom(3 << 20)
        with RunningRelay(delay=0.001, window=64 << 10) as running:
            client, server = running.connect()
            sender = threading.Thread(target=lambda: (client.sendall(data), client.shutdown(socket.SHUT_WR)))
            sender.start()
            self.assertEqual(read_all(server), data)
            sender.join()
            server.sendall(b"answer")
            server.close()
            self.assertEqual(read_all(client), b"answer")
        self.assertEqual(running.relay.counted(), {"up": len(data), "down": 6, "connections": 1, "cuts": 0})

    def test_a_cut_resets_both_ends_and_the_link_goes_on(self):
        with RunningRelay(cut_every=0.001) as running:
            client, server = running.connect()
            for end in (client, server):
                with self.assertRaises(ConnectionResetError):
                    while end.recv(1):
                        self.fail("nobody sent anything")
            again, _ = running.connect()
            again.close()
        self.assertGreaterEqual(running.relay.cuts, 1)
        self.assertEqual(running.relay.connections, 2)

    def test_a_reset_of_one_end_reaches_the_other(self):
        with RunningRelay() as running:
            client, server = running.connect()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
            with self.assertRaises(ConnectionResetError):
                server.recv(1)


if __name__ == "__main__":
    python_cases.main(__file__)
