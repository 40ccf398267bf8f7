# SPDX-License-Identifier: MPL-2.0
"""Caps, time-outs, proxies, certificates and the end, each on a server of its own."""
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from wire import (Answer, PING, PONG, SERVER, Server, Socket, TEXT, ask, is_closed, make_certificate,
                  read_all, request, upgrade, wait_for)


def is_open(s, within=0.05):
    """True while the other end says nothing and does not close."""
    s.settimeout(within)
    try:
        while s.recv(4096):
            pass
        return False
    except TimeoutError:
        return True
    except OSError:
        return False


class Limits(unittest.TestCase):
    def server(self, *options, **how):
        server = Server('--metrics', '127.0.0.1:0', *options, **how)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0, server.log()))
        return server

    # -- caps -----------------------------------------------------------------------------
    def test_one_network_gets_so_many_connections_and_no_more(self):
        server = self.server('--per-prefix', '5')
        kept = [server.connect() for _ in range(5)]
        with self.assertRaises(OSError):
            server.connect()
        self.assertGreater(server.refused('over_limit'), 0)
        kept.pop().close()
        self.assertTrue(wait_for(lambda: self.connects(server)))

    def connects(self, server):
        try:
            server.connect().close()
            return True
        except OSError:
            return False

    def test_an_own_network_gets_the_higher_cap(self):
        server = self.server('--per-prefix', '2', '--own', '127.0.0.0/8')
        kept = [server.connect() for _ in range(10)]
        kept[9].sendall(request(server))
        self.assertIn(b'own=1', Answer(kept[9]).body)

    def test_over_the_total_a_client_gets_an_alert_at_once(self):
        server = self.server('--connections', '4')
        kept = [server.connect() for _ in range(4)]
        start = time.monotonic()
        with self.assertRaises(ssl.SSLError) as caught:
            server.connect()
        self.assertIn('INTERNAL_ERROR', str(caught.exception))
        self.assertLess(time.monotonic() - start, 1)
        self.assertEqual(len(kept), 4)

    def test_used_up_descriptors_cost_little_and_are_said_once_a_second(self):
        server = self.server('--connections', '100000', limit=300)
        kept = []
        while True:
            s = server.tcp()
            if not is_open(s, 0.005):
                break
            kept.append(s)
            self.assertLess(len(kept), 300)
        self.assertGreater(len(kept), 100)
        before, start, tries = server.cpu_seconds(), time.monotonic(), 0
        while time.monotonic() - start < 3:
            s = server.tcp()
            s.close()
            tries += 1
        spent = (server.cpu_seconds() - before) / (time.monotonic() - start)
        lines = server.log().count('no_descriptors')
        print(f'\nout of descriptors: {tries} tries in 3 s, {100 * spent:.1f} % CPU, '
              f'{lines} lines', file=sys.stderr)
        self.assertLess(spent, 0.02)
        self.assertLess(lines, 6)
        self.assertGreater(lines, 0)
        for s in kept:
            s.close()
        self.assertTrue(wait_for(lambda: self.connects(server)))

    # -- time-outs ------------------------------------------------------------------------
    def test_who_says_nothing_or_little_is_dropped_and_who_talks_is_kept(self):
        server = self.server()
        start = time.monotonic()
        silent = server.tcp()
        handshaken = server.connect()
        dribbling = server.connect()
        dribbling.sendall(b'GET / HTTP/1.1\r\nX-Slow: ')
        body = server.connect()
        body.sendall(request(server, method='POST', headers=['Content-Length: 10'],
                             length=False) + b'123')
        answering, quiet = Socket(server), Socket(server)
        closed = {}
        waiting = {'silent': silent, 'handshaken': handshaken, 'dribbling': dribbling,
                   'body': body}
        quiet.s.settimeout(0.01)
        answering.s.settimeout(0.01)
        pinged = 0
        while time.monotonic() - start < 68:
            time.sleep(0.2)
            if 'dribbling' in waiting:
                try:
                    dribbling.sendall(b'a')
                except OSError:
                    pass
            for name, s in list(waiting.items()):
                if not is_open(s):
                    closed[name] = time.monotonic() - start
                    del waiting[name]
            try:
                opcode, data = answering.receive()
                if opcode == PING:
                    answering.send(PONG, data)
                    pinged += 1
            except TimeoutError:
                pass
            if 'quiet' not in closed and self.said_close(quiet):
                closed['quiet'] = time.monotonic() - start
            if not waiting and 'quiet' in closed:
                break
        self.assertEqual(waiting, {})
        for name in ('silent', 'handshaken', 'dribbling', 'body'):
            self.assertLess(closed[name], 18, closed)
        self.assertGreater(closed['quiet'], 55, closed)
        self.assertLess(closed['quiet'], 66, closed)
        self.assertGreaterEqual(pinged, 1)
        answering.s.settimeout(5)
        answering.send(TEXT, b'still here')
        while True:
            opcode, data = answering.receive()
            if opcode == TEXT:
                break
        self.assertEqual(data, b'still here')

    def said_close(self, w):
        try:
            opcode, data = w.receive()
            return opcode == 8 and data[:2] == b'\x0f\xb0'  # 4016
        except TimeoutError:
            return False
        except (EOFError, OSError):
            return True

    # -- proxies ----------------------------------------------------------------------------
    def client_of(self, server, header, **how):
        headers = ['X-Forwarded-For: ' + h for h in header] if isinstance(header, list) \
            else ['X-Forwarded-For: ' + header]
        return ask(server, headers=headers, **how).body.decode().split(' cookie=')[0]

    def test_without_trusted_proxies_nobody_can_say_who_they_are(self):
        server = self.server()
        self.assertIn('client=127.0.0.1', self.client_of(server, '192.0.2.1'))

    def test_behind_a_trusted_proxy_the_rightmost_stranger_is_the_client(self):
        server = self.server('--trusted', '127.0.0.1 10.0.0.0/8', '--own', '198.51.100.0/24')
        self.assertIn('client=192.0.2.1', self.client_of(server, '1.1.1.1, 192.0.2.1'))
        self.assertIn('client=192.0.2.1', self.client_of(server, ['1.1.1.1', '192.0.2.1']))
        self.assertIn('client=192.0.2.1', self.client_of(server, '192.0.2.1, 10.1.2.3'))
        self.assertIn('own=1', self.client_of(server, '198.51.100.7'))
        self.assertIn('bits=0', self.client_of(server, '192.0.2.1, unknown'))

    def test_behind_a_proxy_the_cap_counts_clients_not_the_proxy(self):
        server = self.server('--trusted', '127.0.0.1', '--per-prefix', '3')
        kept = [Socket(server, headers=['X-Forwarded-For: 192.0.2.1']) for _ in range(3)]
        s = server.connect()
        s.sendall(upgrade(server, headers=['X-Forwarded-For: 192.0.2.1']))
        answer = Answer(s)
        self.assertEqual((answer.status, answer.headers['retry-after']), (503, '5'))
        w = Socket(server, headers=['X-Forwarded-For: 192.0.2.2'])
        self.assertEqual(w.answer.status, 101)
        kept.pop().s.close()
        self.assertTrue(wait_for(lambda: Socket(server, headers=[
            'X-Forwarded-For: 192.0.2.1']).answer.status == 101))

    def test_the_unix_socket_serves_plain_http_for_a_proxy(self):
        server = self.server('--origin', 'https://samtale.example', '--trusted', 'unix',
                             unix=True)
        self.assertIn('client=192.0.2.1', self.client_of(server, '192.0.2.1'))
        self.assertIn('max-age', ask(server, path='/').headers['strict-transport-security'])
        w = Socket(server)
        w.send(TEXT, b'hello')
        self.assertEqual(w.receive(), (TEXT, b'hello'))
        self.assertEqual(ask(server, host='localhost').status, 421)

    # -- certificates -------------------------------------------------------------------------
    def fingerprint(self, server):
        return server.connect().getpeercert(binary_form=True)

    def replace(self, server, pair):
        data = [open(path, 'rb').read() for path in pair]
        for text, path in zip(data, (server.cert, server.key)):
            with open(path, 'wb') as f:
                f.write(text)

    def test_a_new_certificate_of_any_kind_is_taken_and_connections_stay(self):
        server = self.server()
        w = Socket(server)
        seen = {self.fingerprint(server)}
        for name, kind in (('rsa', 'rsa'), ('ec', 'ec')):
            self.replace(server, make_certificate(server.folder, name, kind=kind))
            self.assertIn('reload 0 The certificate', server.reload())
            seen.add(self.fingerprint(server))
        self.assertEqual(len(seen), 3)
        w.send(TEXT, b'still here')
        self.assertEqual(w.receive(), (TEXT, b'still here'))

    def test_a_wrong_pair_is_not_taken_and_the_sentence_says_why(self):
        server = self.server()
        first = self.fingerprint(server)
        good = [open(p, 'rb').read() for p in (server.cert, server.key)]
        other = make_certificate(server.folder, 'other', host='other.example')
        wrong = [(other, 'not made out for localhost'),
                 ((other[0], server.key), 'does not belong to the certificate'),
                 ((server.key, server.key), 'is not a PEM certificate'),
                 ((server.cert, server.cert), 'is not a PEM key')]
        for pair, sentence in wrong:
            self.replace(server, pair)
            line = server.reload()
            self.assertIn(sentence, line)
            self.assertTrue(line.startswith('reload 1'), line)
            for data, path in zip(good, (server.cert, server.key)):
                with open(path, 'wb') as f:
                    f.write(data)
            self.assertEqual(self.fingerprint(server), first)
        self.assertIn('CERTIFICATE_REFUSED', server.log().upper())

    def test_a_server_that_cannot_start_says_why_in_one_sentence(self):
        folder = tempfile.mkdtemp(prefix='listener-')
        cert, key = make_certificate(folder, 'good')
        bare = make_certificate(folder, 'bare')
        os.chmod(bare[1], 0o644)
        server = self.server()
        cases = [(['--cert', folder + '/none', '--key', key], 'does not exist.'),
                 (['--cert', folder, '--key', key], 'is not a file.'),
                 (['--cert', cert, '--key', key, '--clock-days', '40'], 'expired on '),
                 (['--cert', cert, '--key', key, '--clock-days', '-2'], 'not valid before'),
                 (['--cert', bare[0], '--key', bare[1]], 'open to every user'),
                 (['--cert', cert, '--key', key, '--origin', 'http://a'], 'not of the form'),
                 (['--cert', cert, '--key', key, '--port', str(server.port)],
                  'another program has it'),
                 (['--socket', folder + '/none/x'], 'the folder is missing')]
        for options, sentence in cases:
            got = subprocess.run([SERVER, *options], capture_output=True, text=True,
                                 timeout=10)
            self.assertEqual(got.returncode, 1)
            self.assertIn(sentence, got.stderr)
            self.assertEqual(got.stderr.count('\n'), 1, got.stderr)

    # -- the end --------------------------------------------------------------------------------
    def test_a_graceful_end_tells_every_websocket_and_takes_no_new_one(self):
        server = self.server()
        sockets = [Socket(server) for _ in range(20)]
        idle = server.connect()
        late = server.connect()
        late.sendall(request(server, path='/api/v1/later'))
        time.sleep(0.05)
        start = time.monotonic()
        server.process.terminate()
        self.assertEqual({w.close_code() for w in sockets}, {4005})
        self.assertEqual(Answer(late).body, b'later')
        self.assertTrue(is_closed(idle))
        for w in sockets:
            w.s.close()
        self.assertEqual(server.process.wait(10), 0)
        self.assertLess(time.monotonic() - start, 7)
        with self.assertRaises(OSError):
            server.tcp()

    # -- metrics ----------------------------------------------------------------------------------
    def test_metrics_answer_one_path_and_many_scrapers_do_no_harm(self):
        server = self.server()
        for path, status in (('/metrics', b'200'), ('/', b'404'), ('/metrics?x', b'404')):
            s = socket.create_connection(('127.0.0.1', server.metrics_port))
            s.sendall(b'GET ' + path.encode() + b' HTTP/1.0\r\n\r\n')
            self.assertIn(status, read_all(s)[:16])
        held = [socket.create_connection(('127.0.0.1', server.metrics_port))
                for _ in range(30)]
        self.assertLessEqual(sum(is_open(h) for h in held), 4)
        end = time.monotonic() + 20  # who says nothing is turned away after five seconds
        answer = b''
        while b'connections 0' not in answer and time.monotonic() < end:
            s = socket.create_connection(('127.0.0.1', server.metrics_port))
            try:
                s.sendall(b'GET /metrics HTTP/1.1\r\n\r\n')
                answer = read_all(s)
            except OSError:
                answer = b''  # turned away at once
            time.sleep(0.1)
        self.assertIn(b'connections 0', answer)
        self.assertEqual(ask(server).status, 200)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], warnings='ignore')
