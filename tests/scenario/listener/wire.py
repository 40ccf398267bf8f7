# SPDX-License-Identifier: MPL-2.0
"""A server under test and clients that write bytes, not requests. Standard library only."""
import base64
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

SERVER = os.environ.get('ECHO_SERVER', sys.argv[1] if len(sys.argv) > 1 else './echo_server')
WAIT = float(os.environ.get('WAIT', '5'))


def make_certificate(folder, name, host='localhost', kind='ec', days=30):
    key, cert = f'{folder}/{name}.key', f'{folder}/{name}.pem'
    new = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] if kind == 'ec' \
        else ['-newkey', 'rsa:2048']
    subprocess.run(['openssl', 'req', '-x509', *new, '-nodes', '-keyout', key, '-out', cert,
                    '-days', str(days), '-subj', '/CN=' + host, '-addext',
                    'subjectAltName=DNS:' + host], check=True, capture_output=True)
    os.chmod(key, 0o600)
    return cert, key


class Server:
    def __init__(self, *options, unix=False, limit=None):
        self.folder = tempfile.mkdtemp(prefix='listener-')
        self.cert, self.key = make_certificate(self.folder, 'first')
        self.path = self.folder + '/http.sock' if unix else None
        self.errors = open(self.folder + '/stderr', 'w+')
        where = ['--socket', self.path] if unix else \
            ['--port', '0', '--cert', self.cert, '--key', self.key]
        argv = os.environ.get('UNDER', '').split() + [SERVER, *where, *options]
        if limit:
            argv = ['sh', '-c', f'ulimit -n {limit}; exec "$@"', 'sh'] + argv
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True)
        said = {}
        for _ in range(3):
            line = self.process.stdout.readline().split()
            if len(line) == 2:
                said[line[0]] = line[1]
        if 'origin' not in said:
            raise RuntimeError('the server did not start: ' + self.log())
        self.port, self.metrics_port = int(said['port']), int(said['metrics'])
        self.origin = said['origin']
        self.host = self.origin.removeprefix('https://')

    def log(self):
        self.errors.flush()
        with open(self.folder + '/stderr') as f:
            return f.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        return self.process.returncode

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        return self.process.stdout.readline()

    def cpu_seconds(self):
        with open(f'/proc/{self.process.pid}/stat') as f:
            fields = f.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def tcp(self):
        if self.path:
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.path)
        else:
            s = socket.create_connection(('127.0.0.1', self.port))
        s.settimeout(WAIT)
        return s

    def connect(self, **how):
        if self.path:
            return self.tcp()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if 'alpn' in how:
            context.set_alpn_protocols(how['alpn'])
        if 'most' in how:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = how['most']
        if 'ciphers' in how:
            context.set_ciphers(how['ciphers'])
        return context.wrap_socket(self.tcp(), server_hostname='localhost')

    def refused(self, row):
        """The counter of one row of refusals.def, by its place."""
        s = socket.create_connection(('127.0.0.1', self.metrics_port))
        s.sendall(b'GET /metrics HTTP/1.1\r\n\r\n')
        text = read_all(s).decode()
        for line in text.splitlines():
            if f'reason="{row}"' in line:
                value = int(line.split()[-1])
                if value:
                    return value
        return 0


def read_all(s):
    data = b''
    while True:
        try:
            part = s.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return data
        if not part:
            return data
        data += part


class Answer:
    def __init__(self, s, head_only=False):
        data = b''
        while b'\r\n\r\n' not in data:
            try:
                part = s.recv(65536)
            except (ConnectionError, ssl.SSLError):
                part = b''
            if not part:
                break
            data += part
        self.raw = data
        head, _, body = data.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        self.status = int(lines[0].split()[1]) if data else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(': ')
            self.headers[name.lower()] = value
        want = 0 if head_only or self.status in (204, 304, 101) else \
            int(self.headers.get('content-length', '0'))
        while len(body) < want:
            part = s.recv(65536)
            if not part:
                break
            body += part
        self.body, self.rest = body[:want], body[want:]


def request(server, method='GET', path='/api/v1/echo', headers=(), body=b'', host=None,
            length=True):
    lines = [f'{method} {path} HTTP/1.1', f'Host: {server.host if host is None else host}']
    lines += headers
    if length and (body or method in ('POST', 'PATCH')):
        lines.append(f'Content-Length: {len(body)}')
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + body


def ask(server, **how):
    s = server.connect()
    s.sendall(request(server, **how))
    answer = Answer(s, how.get('method') == 'HEAD')
    answer.socket = s
    return answer


def is_closed(s, within=2.0):
    """True when the other end closes within so many seconds, having said no more."""
    s.settimeout(within)
    try:
        return s.recv(1) == b''
    except (ConnectionError, ssl.SSLEOFError):
        return True
    except (TimeoutError, ssl.SSLError):
        return False


def upgrade(server, origin=None, protocol='samtale.v1', path='/ws', headers=(), version='13',
            upgrade='websocket', host=None):
    lines = [f'GET {path} HTTP/1.1', f'Host: {host or server.host}', f'Upgrade: {upgrade}',
             'Connection: Upgrade', 'Sec-WebSocket-Key: ' +
             base64.b64encode(os.urandom(16)).decode(), f'Sec-WebSocket-Version: {version}']
    if origin != '':
        lines.append('Origin: ' + (origin or server.origin))
    if protocol:
        lines.append('Sec-WebSocket-Protocol: ' + protocol)
    return ('\r\n'.join([*lines, *headers]) + '\r\n\r\n').encode()


TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, data=b'', fin=True, mask=True, length=None):
    n = len(data) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if mask else 0
    if n < 126:
        head += bytes([bit | n])
    elif n < 65536:
        head += bytes([bit | 126]) + struct.pack('>H', n)
    else:
        head += bytes([bit | 127]) + struct.pack('>Q', n)
    if not mask:
        return head + data
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i & 3] for i, b in enumerate(data))


class Socket:
    """An open WebSocket."""

    def __init__(self, server, **how):
        self.s = server.connect()
        self.s.sendall(upgrade(server, **how))
        self.answer = Answer(self.s)
        self.buffer = self.answer.rest

    def send(self, *args, **how):
        self.s.sendall(frame(*args, **how))

    def take(self, n):
        while len(self.buffer) < n:
            part = self.s.recv(65536)
            if not part:
                raise EOFError
            self.buffer += part
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def receive(self):
        first, second = self.take(2)
        n = second & 127
        if n == 126:
            n = struct.unpack('>H', self.take(2))[0]
        elif n == 127:
            n = struct.unpack('>Q', self.take(8))[0]
        return first & 15, self.take(n)

    def close_code(self):
        """The code that the server closes with; 0 when it closes without one."""
        try:
            while True:
                opcode, data = self.receive()
                if opcode == CLOSE:
                    return struct.unpack('>H', data[:2])[0] if len(data) >= 2 else 0
        except (EOFError, ConnectionError, ssl.SSLError):
            return 0


def wait_for(what, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False
