# SPDX-License-Identifier: MPL-2.0
"""What the listener refuses, each by the bytes that ask for it, over real TLS."""
import ssl
import sys
import time
import unittest

from wire import (Answer, BINARY, CLOSE, PING, PONG, Server, Socket, TEXT, ask, frame,
                  is_closed, read_all, request, upgrade, wait_for)

CSP_OF_OTHERS = "default-src 'none'; frame-ancestors 'none'"
CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
       "img-src 'self' data:; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; "
       "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
       "trusted-types 'none'")


class Guards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server('--metrics', '127.0.0.1:0')

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.log()

    def send(self, data):
        s = self.server.connect()
        s.sendall(data)
        return s

    def assert_refused(self, answer, status):
        self.assertEqual(answer.status, status, answer.raw)
        self.assertEqual(answer.headers['content-security-policy'], CSP_OF_OTHERS)
        self.assertEqual(answer.headers['connection'], 'close')

    # -- protocols that are not ours --------------------------------------------------------
    def test_h2c_upgrade_never_gets_101(self):
        s = self.send(request(self.server, headers=[
            'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c',
            'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA']))
        answer = Answer(s)
        self.assert_refused(answer, 400)
        self.assertTrue(is_closed(s))

    def test_unknown_upgrade_is_refused_and_closed(self):
        s = self.send(request(self.server, headers=['Connection: Upgrade', 'Upgrade: irc']))
        self.assertNotIn(b'101', read_all(s)[:16])
        self.assertTrue(is_closed(s))

    def test_unknown_upgrade_with_close_is_refused_and_closed(self):
        s = self.send(request(self.server, headers=['Connection: close, Upgrade',
                                                    'Upgrade: TLS/1.0']))
        self.assertNotIn(b'101', read_all(s)[:16])

    def test_connect_is_closed_within_a_second(self):
        s = self.send(b'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
        start = time.monotonic()
        self.assertEqual(read_all(s), b'')
        self.assertLess(time.monotonic() - start, 1)

    def test_bytes_that_are_not_http_are_closed(self):
        for data in (b'\x00' * 64, b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\x16\x03\x01' * 30):
            s = self.send(data)
            self.assertNotIn(b'200 OK', read_all(s))

    def test_plain_http_on_the_tls_port_is_closed(self):
        s = self.server.tcp()
        s.sendall(request(self.server))
        self.assertNotIn(b'HTTP/1.1 200', read_all(s))

    def test_alpn_chooses_http_1_1_and_nothing_else(self):
        s = self.server.connect(alpn=['h2', 'http/1.1'])
        self.assertEqual(s.selected_alpn_protocol(), 'http/1.1')
        with self.assertRaises(ssl.SSLError):
            self.server.connect(alpn=['h2'])

    def test_tls_1_3_is_preferred_1_2_accepted_1_1_refused(self):
        self.assertEqual(self.server.connect().version(), 'TLSv1.3')
        self.assertEqual(self.server.connect(most=ssl.TLSVersion.TLSv1_2).version(), 'TLSv1.2')
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.server.connect(most=ssl.TLSVersion.TLSv1_1, ciphers='ALL:@SECLEVEL=0')

    def test_tls_1_2_without_forward_secrecy_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.server.connect(most=ssl.TLSVersion.TLSv1_2, ciphers='AES128-GCM-SHA256')
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.server.connect(most=ssl.TLSVersion.TLSv1_2,
                                ciphers='ECDHE-ECDSA-AES128-SHA256')

    # -- framing ---------------------------------------------------------------------------
    def second_request_is_not_answered(self, data):
        smuggled = request(self.server, path='/api/v1/smuggled')
        s = self.send(data + smuggled)
        everything = read_all(s)
        self.assertNotIn(b'404', everything[:16])
        self.assertEqual(everything.count(b'HTTP/1.1 '), 1, everything)
        return everything

    def test_two_content_lengths_are_refused(self):
        for a, b in ((4, 4), (4, 0), (0, 4)):
            got = self.second_request_is_not_answered(request(
                self.server, method='POST', length=False,
                headers=[f'Content-Length: {a}', f'Content-Length: {b}']) + b'')
            self.assertIn(b' 400 ', got[:16])

    def test_an_empty_second_content_length_is_refused(self):
        got = self.second_request_is_not_answered(request(
            self.server, method='POST', length=False,
            headers=['Content-Length: 0', 'Content-Length:']))
        self.assertIn(b' 400 ', got[:16])

    def test_transfer_encoding_is_refused_with_or_without_content_length(self):
        for headers in (['Transfer-Encoding: chunked'],
                        ['Transfer-Encoding: chunked', 'Content-Length: 5'],
                        ['Transfer-Encoding: identity', 'Content-Length: 5'],
                        ['Transfer-Encoding:', 'Content-Length: 5'],
                        ['Transfer-Encoding : chunked', 'Content-Length: 5'],
                        ['Transfer-Encoding\t: chunked']):
            for method in ('POST', 'GET'):
                got = self.second_request_is_not_answered(request(
                    self.server, method=method, length=False, headers=headers)
                    + b'0\r\n\r\n')
                self.assertIn(b' 400 ', got[:16], headers)

    def test_unclear_content_length_is_refused(self):
        for value in ('-1', '+5', '5 5', '0x5', '5,5', '99999999999999999999', '', 'five',
                      '5\x000'):
            got = self.second_request_is_not_answered(request(
                self.server, method='POST', length=False,
                headers=['Content-Length: ' + value]))
            self.assertTrue(got.startswith(b'HTTP/1.1 400 '), (value, got[:40]))

    def test_a_body_on_get_is_refused(self):
        self.assert_refused(ask(self.server, body=b'hello'), 400)

    def test_post_without_length_is_refused(self):
        self.assert_refused(ask(self.server, method='POST', length=False), 411)

    def test_a_request_with_a_body_ends_its_connection(self):
        answer = ask(self.server, method='POST', body=b'{}')
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers['connection'], 'close')
        self.assertTrue(is_closed(answer.socket))

    def test_nothing_after_a_body_is_read_as_a_request(self):
        got = self.second_request_is_not_answered(request(self.server, method='POST',
                                                          body=b'{}'))
        self.assertNotIn(b'smuggled', got)

    def test_a_second_request_before_the_answer_closes(self):
        s = self.send(request(self.server, path='/api/v1/later') * 2)
        self.assertEqual(read_all(s).count(b'HTTP/1.1 '), 0)

    def test_keep_alive_serves_one_request_after_another(self):
        s = self.server.connect()
        for _ in range(3):
            s.sendall(request(self.server))
            self.assertEqual(Answer(s).status, 200)

    # -- heads ------------------------------------------------------------------------------
    def test_other_methods_get_405_with_allow(self):
        for method in ('PUT', 'DELETE', 'OPTIONS'):
            answer = ask(self.server, method=method)
            self.assert_refused(answer, 405)
            self.assertIn('PATCH', answer.headers['allow'])

    def test_unknown_methods_are_closed(self):
        for method in ('TRACE', 'PROPFIND', 'GETX', 'G'):
            s = self.send(request(self.server, method=method))
            self.assertNotIn(b' 200 ', read_all(s)[:16])

    def test_a_wrong_missing_or_double_host_gets_421(self):
        for host in ('evil.example', 'localhost', self.server.host + '.', '', 'a@' +
                     self.server.host, self.server.host + ':1'):
            self.assert_refused(ask(self.server, host=host), 421)
        self.assert_refused(ask(self.server, headers=['Host: ' + self.server.host]), 421)
        s = self.send(b'GET /api/v1/echo HTTP/1.1\r\n\r\n')
        self.assert_refused(Answer(s), 421)

    def test_the_host_may_have_letters_of_either_case(self):
        self.assertEqual(ask(self.server, host=self.server.host.upper()).status, 200)

    def test_clever_paths_reach_nothing(self):
        for path in ('/../../etc/passwd', '/api/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd',
                     '/..%2f..%2fetc/passwd', '/api/v1/echo/..', '//etc/passwd', '/./etc'):
            answer = ask(self.server, path=path)
            self.assertIn(answer.status, (400, 404), path)
            self.assertNotIn(b'root:', answer.body)
        for path in ('/api/v1/echo%0d%0aX-Evil:%20yes', '/api/v1/echo%00', '/api/v1/echo%',
                     '/a%20b', '/api/v1/echo;x', '/api/v1/echo&x', '/%ff', '/api\\v1'):
            s = self.send(request(self.server, path=path))
            got = read_all(s)
            self.assertNotIn(b'HTTP/1.1 200', got[:16], path)
            self.assertNotIn(b'x-evil', got.lower(), path)

    def test_a_path_that_is_too_long_is_refused(self):
        self.assert_refused(ask(self.server, path='/' + 'a' * 300), 400)

    def test_a_query_under_api_is_refused_and_elsewhere_dropped(self):
        self.assert_refused(ask(self.server, path='/api/v1/echo?token=secret'), 400)
        self.assert_refused(ask(self.server, path='/api/v1/echo?'), 400)
        self.assertEqual(ask(self.server, path='/?utm=1').status, 200)

    def test_double_headers_are_refused(self):
        for name in ('Origin: a', 'Content-Type: text/plain'):
            self.assert_refused(ask(self.server, headers=[name, name]), 400)

    def test_control_characters_in_headers_are_refused(self):
        for value in ('a\x01b', 'a\x7fb', 'a\x00b'):
            self.assert_refused(ask(self.server, headers=['Origin: ' + value]), 400)

    def test_a_head_of_4_kib_passes_and_of_16_kib_is_closed(self):
        self.assertEqual(ask(self.server, headers=['Cookie: a=' + 'b' * 4096]).status, 200)
        s = self.send(request(self.server, headers=['Cookie: a=' + 'b' * 16384]))
        self.assertNotIn(b' 200 ', read_all(s)[:16])

    def test_a_body_of_16_kib_passes_and_one_byte_more_gets_413(self):
        answer = ask(self.server, method='POST', body=b'x' * 16384)
        self.assertEqual(answer.status, 200)
        self.assertIn(b'body=16384:', answer.body)
        self.assert_refused(ask(self.server, method='POST', body=b'x' * 16385), 413)
        self.assert_refused(ask(self.server, method='PATCH', body=b'x' * 100000), 413)

    def test_a_body_in_small_pieces_arrives_whole(self):
        data = request(self.server, method='PATCH', body=b'0123456789' * 20)
        s = self.server.connect()
        for i in range(0, len(data), 7):
            s.sendall(data[i:i + 7])
        self.assertIn(b'body=200:0123456789', Answer(s).body)

    def test_an_empty_body_is_a_body(self):
        for method in ('POST', 'PATCH'):
            self.assertIn(b'body=0:', ask(self.server, method=method).body)

    # -- answers ----------------------------------------------------------------------------
    def test_every_answer_carries_the_security_headers_and_no_server_name(self):
        for path in ('/', '/a/big.js', '/api/v1/echo', '/nothing'):
            h = ask(self.server, path=path).headers
            is_page = h.get('content-type', '').startswith('text/html')
            self.assertEqual(h['content-security-policy'], CSP if is_page else CSP_OF_OTHERS)
            self.assertEqual(h['cross-origin-resource-policy'], 'same-origin')
            self.assertEqual(h['x-content-type-options'], 'nosniff')
            self.assertEqual(h['referrer-policy'], 'no-referrer')
            self.assertEqual(h['strict-transport-security'], 'max-age=63072000')
            self.assertNotIn('server', h)
            self.assertEqual('permissions-policy' in h, is_page)
        h = ask(self.server, path='/').headers
        self.assertEqual(h['cross-origin-opener-policy'], 'same-origin')
        self.assertEqual(h['cross-origin-embedder-policy'], 'require-corp')
        self.assertIn('camera=(self)', h['permissions-policy'])
        self.assertIn('geolocation=()', h['permissions-policy'])
        self.assertEqual(ask(self.server).headers['cache-control'], 'no-store')

    def test_a_page_brings_a_ticket_to_come_back_with_and_a_handshake_none(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3

        def visit(path, session=None):
            with context.wrap_socket(self.server.tcp(), server_hostname='localhost',
                                     session=session) as s:
                s.sendall(request(self.server, path=path))
                self.assertEqual(Answer(s).status, 200)
                return s.session_reused, s.session

        _, without = visit('/api/v1/echo')
        self.assertFalse(without.has_ticket)
        reused, ticket = visit('/')
        self.assertFalse(reused)
        self.assertTrue(ticket.has_ticket)
        self.assertTrue(visit('/', ticket)[0])

    def test_pages_come_in_the_best_form_and_with_304(self):
        forms = {'br, gzip': b'brotli', 'gzip;q=0.5': b'gzip', 'br;q=0, gzip': b'gzip',
                 'identity': b'<!doctype html>identity', 'brx': b'<!doctype html>identity'}
        for accept, body in forms.items():
            answer = ask(self.server, path='/', headers=['Accept-Encoding: ' + accept])
            self.assertEqual(answer.body, body)
            self.assertEqual(answer.headers['vary'], 'Accept-Encoding')
        answer = ask(self.server, path='/', headers=['If-None-Match: W/"x", W/"0001"'])
        self.assertEqual((answer.status, answer.body), (304, b''))
        self.assertIn('immutable', ask(self.server, path='/a/big.js').headers['cache-control'])

    def test_head_has_the_length_and_no_body(self):
        s = self.send(request(self.server, method='HEAD', path='/a/big.js'))
        answer = Answer(s, head_only=True)
        self.assertEqual(answer.headers['content-length'], '300000')
        self.assertEqual(answer.rest, b'')
        s.sendall(request(self.server))
        self.assertEqual(Answer(s).status, 200)

    def test_a_late_answer_comes_and_costs_nothing_while_it_is_made(self):
        s = self.send(request(self.server, path='/api/v1/later'))
        self.assertEqual(Answer(s).body, b'later')
        before = self.server.cpu_seconds()
        s = self.send(request(self.server, path='/api/v1/never'))
        time.sleep(1)
        s.sendall(b'GET')  # bytes that nobody may read yet must not make the loop spin
        time.sleep(1)
        self.assertLess(self.server.cpu_seconds() - before, 0.2)

    def test_a_slow_reader_with_a_request_in_hand_does_not_spin(self):
        before = self.server.cpu_seconds()
        s = self.send(request(self.server, path='/a/big.js') * 2)
        time.sleep(1.5)
        self.assertLess(self.server.cpu_seconds() - before, 0.2)
        s.close()

    def test_a_client_that_leaves_before_the_answer_hurts_nobody(self):
        for _ in range(5):
            self.send(request(self.server, path='/api/v1/later')).close()
        time.sleep(0.4)
        self.assertEqual(ask(self.server).status, 200)

    # -- WebSocket ---------------------------------------------------------------------------
    def test_a_websocket_from_our_origin_opens_and_echoes(self):
        w = Socket(self.server)
        self.assertEqual(w.answer.status, 101)
        self.assertEqual(w.answer.headers['sec-websocket-protocol'], 'samtale.v1')
        w.send(TEXT, 'blåbærgrød'.encode())
        self.assertEqual(w.receive(), (TEXT, 'blåbærgrød'.encode()))

    def test_a_foreign_or_missing_origin_gets_403(self):
        for origin in ('https://evil.example', 'null', 'http://' + self.server.host,
                       self.server.origin + '.evil.example', self.server.origin + '/', ''):
            s = self.send(upgrade(self.server, origin=origin))
            self.assert_refused(Answer(s), 403)
            self.assertTrue(is_closed(s))

    def test_a_missing_or_wrong_subprotocol_gets_400(self):
        for protocol in (None, 'samtale.v2', 'http-only', 'SAMTALE.V1', 'samtale.v1x'):
            s = self.send(upgrade(self.server, protocol=protocol))
            self.assert_refused(Answer(s), 400)

    def test_other_upgrades_of_the_right_kind_get_400(self):
        for how in ({'path': '/'}, {'path': '/ws/x'}, {'version': '8'}, {'version': ''},
                    {'upgrade': 'websocket2'}, {'headers': ['Content-Length: 5']},
                    {'headers': ['Sec-WebSocket-Version: 13']}):
            s = self.send(upgrade(self.server, **how))
            answer = Answer(s)
            self.assertIn(answer.status, (400, 403), how)
        self.assert_refused(Answer(self.send(upgrade(self.server, host='evil'))), 421)

    def test_no_extension_is_ever_agreed_on(self):
        w = Socket(self.server, headers=['Sec-WebSocket-Extensions: permessage-deflate'])
        self.assertEqual(w.answer.status, 101)
        self.assertNotIn('sec-websocket-extensions', w.answer.headers)
        w.s.sendall(bytes([0xc1]) + frame(TEXT, b'abc')[1:])  # RSV1: compressed
        self.assertEqual(w.close_code(), 1002)

    def test_the_peer_above_can_refuse_with_a_code(self):
        w = Socket(self.server, headers=['Cookie: refuse=1'])
        self.assertEqual((w.answer.status, w.close_code()), (101, 4006))

    def test_a_message_of_16_kib_passes_and_one_byte_more_closes_1009(self):
        w = Socket(self.server)
        w.send(TEXT, b'x' * 16384)
        self.assertEqual(w.receive(), (TEXT, b'x' * 16384))
        w.send(TEXT, b'x' * 16385)
        self.assertEqual(w.close_code(), 1009)

    def test_a_length_that_promises_too_much_closes_1009_before_it_is_sent(self):
        for length in (16385, 2 ** 31, 2 ** 62):
            w = Socket(self.server)
            w.send(TEXT, b'x' * 10, length=length)
            self.assertEqual(w.close_code(), 1009, length)

    def test_fragments_are_put_together_up_to_16_kib(self):
        w = Socket(self.server)
        w.send(TEXT, b'a' * 8000, fin=False)
        w.send(PING, b'between')
        w.send(0, b'', fin=False)
        w.send(0, b'b' * 8384)
        got = [w.receive(), w.receive()]
        self.assertIn((TEXT, b'a' * 8000 + b'b' * 8384), got)
        self.assertIn((PONG, b'between'), got)
        w.send(TEXT, b'a' * 10000, fin=False)
        w.send(0, b'b' * 10000)
        self.assertEqual(w.close_code(), 1009)

    def test_endless_fragments_close_1009(self):
        w = Socket(self.server)
        w.send(TEXT, b'a' * 1000, fin=False)
        try:
            for _ in range(100):
                w.send(0, b'b' * 1000, fin=False)
        except OSError:
            pass
        self.assertIn(w.close_code(), (1009, 0))

    def test_a_message_of_64_unfinished_frames_is_the_most(self):
        w = Socket(self.server)
        for i in range(64):
            w.send(0 if i else TEXT, b'', fin=False)
        w.send(0, b'all')
        self.assertEqual(w.receive(), (TEXT, b'all'))
        for i in range(65):
            w.send(0 if i else TEXT, b'', fin=False)
        self.assertEqual(w.close_code(), 1009)

    def test_binary_messages_close_1003(self):
        w = Socket(self.server)
        w.send(BINARY, b'\x00\x01')
        self.assertEqual(w.close_code(), 1003)

    def test_text_that_is_not_utf_8_closes_1007(self):
        for bad in (b'\xff', b'abc\xc3', b'\xed\xa0\x80', b'\xc0\xaf', b'\xf5\x80\x80\x80'):
            w = Socket(self.server)
            w.send(TEXT, bad)
            self.assertEqual(w.close_code(), 1007, bad)

    def test_broken_framing_closes(self):
        for data in (frame(0, b'x'), frame(3, b'x'), frame(PING, b'x', fin=False),
                     frame(TEXT, b'a', fin=False) + frame(TEXT, b'b')):
            w = Socket(self.server)
            w.s.sendall(data)
            self.assertEqual(w.close_code(), 1002)

    def test_an_empty_message_is_a_message(self):
        w = Socket(self.server)
        w.send(TEXT, b'')
        self.assertEqual(w.receive(), (TEXT, b''))

    def test_last_words_come_before_the_close_code(self):
        w = Socket(self.server)
        w.send(TEXT, b'close 4010')
        self.assertEqual(w.receive(), (TEXT, b'last words'))
        self.assertEqual(w.close_code(), 4010)

    def test_many_and_large_messages_go_out_whole_and_in_order(self):
        w = Socket(self.server)
        w.send(TEXT, b'many')
        w.send(TEXT, b'big')
        for _ in range(50):
            self.assertEqual(w.receive(), (TEXT, b'x' * 1000))
        self.assertEqual(w.receive(), (TEXT, b'x' * 60000))

    def test_a_close_by_the_peer_is_answered(self):
        w = Socket(self.server)
        w.send(CLOSE, b'\x03\xe8')
        self.assertEqual(w.close_code(), 1000)
        self.assertTrue(is_closed(w.s))

    def test_an_unmasked_frame_is_nothing_more_than_a_message(self):
        # RFC 6455 5.1 asks to fail it; the library does not tell us about the mask. It
        # gains a client nothing: masking protects proxies from scripts in browsers.
        w = Socket(self.server)
        w.send(TEXT, b'plain', mask=False)
        self.assertEqual(w.receive(), (TEXT, b'plain'))

    def test_a_message_in_the_packet_of_the_upgrade_is_heard(self):
        s = self.send(upgrade(self.server) + frame(TEXT, b'early'))
        answer = Answer(s)
        rest = answer.rest
        while len(rest) < 7:
            rest += s.recv(100)
        self.assertEqual(rest, b'\x81\x05early')

    # -- metrics -----------------------------------------------------------------------------
    def test_refusals_are_counted_by_reason(self):
        ask(self.server, host='evil')
        self.assertTrue(wait_for(lambda: self.server.refused('wrong_host') > 0))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], warnings='ignore')
