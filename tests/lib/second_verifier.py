#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A second verifier of the sealed log, written from docs/audit-log.md alone, with nothing but
the standard library. It shares no code with `samtale audit verify`; that both say the same of the
same folders is the test.

    second_verifier.py FOLDER SIGNING-PUBLIC-HEX [ANCHORS...]     exits with the verdict
    second_verifier.py --compare LOG-FOLDERS COUNT    over the folders that log_folders.c makes
    second_verifier.py --vectors FILE     the golden vectors
"""
import hashlib
import os
import re
import struct
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

OK, BROKEN, CANNOT, NOTABLE, UNANCHORED = range(5)
HEAD, FRAME = 784, 292
EPOCH_MS = 15 * 60 * 1000
STARTS = ("start", "unclean", "loss")
LINE = re.compile(
    rb"samtale-checkpoint 1 (start|unclean|loss|epoch|end) ([0-9a-f]{32}) (0|[1-9][0-9]*) ([0-9a-f]{64}) "
    rb"(0|[1-9][0-9]*) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{32}) (0|[1-9][0-9]*) "
    rb"([0-9a-f]{64}) (0|[1-9][0-9]*) ([0-9a-f]{128})")


def blake(*parts, key=b""):
    h = hashlib.blake2b(digest_size=32, key=key)
    for part in parts:
        h.update(part)
    return h.digest()


# -- Ed25519, RFC 8032, verification only -------------------------------------------------------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        n >>= 1
    return q


def point_same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point_read(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
checked = {}


def is_signed(public, text, signature):
    """Remembers: a run over many folders meets the same lines again and again."""
    key = (public, text, signature)
    if key not in checked:
        a, r = point_read(public), point_read(signature[:32])
        s = int.from_bytes(signature[32:], "little")
        good = a is not None and r is not None and s < Q
        if good:
            h = hashlib.sha512(signature[:32] + public + text).digest()
            h = int.from_bytes(h, "little") % Q
            good = point_same(point_times(s, BASE), point_add(r, point_times(h, a)))
        checked[key] = good
    return checked[key]


# -- CRC-32C ------------------------------------------------------------------------------------
CRC = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    CRC.append(n)


def crc32c(b):
    crc = 0xFFFFFFFF
    for c in b:
        crc = crc >> 8 ^ CRC[(crc ^ c) & 0xFF]
    return crc ^ 0xFFFFFFFF


# -- what lies in the folder --------------------------------------------------------------------
class Line:
    def __init__(self, text):
        m = LINE.fullmatch(text)
        if not m:
            raise ValueError("no checkpoint")
        kind, log_id, size, chain, epoch, time, boot, boot_ms, key, dropped, signature = m.groups()
        self.text, self.kind = text, kind.decode()
        self.log_id, self.chain, self.boot = (bytes.fromhex(x.decode()) for x in (log_id, chain, boot))
        self.size, self.epoch, self.boot_ms, self.dropped = map(int, (size, epoch, boot_ms, dropped))
        if max(self.size, self.epoch, self.boot_ms, self.dropped) >= 2**63:
            raise ValueError("number")
        at = datetime.strptime(time.decode(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        self.utc_ms = (at - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)
        if self.utc_ms < 0:
            raise ValueError("time")
        self.next, self.signature = bytes.fromhex(key.decode()), bytes.fromhex(signature.decode())

    def is_signed_by(self, public):
        return is_signed(public, self.text[: self.text.rindex(b" ")], self.signature)


class Segment:
    """A file, or the links of a deleted one."""

    def __init__(self, number, data=None):
        self.number, self.data, self.links, self.readable = number, data, None, True
        if data is None:
            return
        head = data[:HEAD]
        self.readable = (len(head) == HEAD and head[:8] == b"SAMTLOG1" and head[8:10] == b"\0\1"
                         and head[10] in (1, 2, 3) and head[11] == 0 and not any(head[656:752])
                         and blake(head[:752]) == head[752:])
        if self.readable:
            self.log_id = head[12:28]
            self.says, self.first = struct.unpack(">IQ", head[28:40])
            self.chain, self.hash = head[40:72], head[752:]


def read_file(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def read_links(data, log_id, segments):
    if data is None or data[:8] != b"SAMTCHN1" or data[8:24] != log_id:
        return
    at = 24
    while len(data) - at >= 80:
        number, first, count = struct.unpack(">IQI", data[at:at + 16])
        if number == 0 or count > 65536 or len(data) - at - 80 < 32 * count:
            return
        if number not in segments:
            s = segments[number] = Segment(number)
            s.first, s.says, s.log_id = first, number, log_id
            s.hash, s.chain = data[at + 16:at + 48], data[at + 48:at + 80]
            s.links = [data[i:i + 32] for i in range(at + 80, at + 80 + 32 * count, 32)]
        at += 80 + 32 * count


# -- the verdict --------------------------------------------------------------------------------
class Verifier:
    def __init__(self, folder, public, anchors=(), epoch_ms=EPOCH_MS):
        self.folder, self.public, self.epoch_ms = folder, public, epoch_ms
        self.broken, self.notable = [], []
        self.anchors = [self.find_lines(read_file(a)) for a in anchors]
        self.lines = self.read_lines(read_file(os.path.join(folder, "checkpoints")) or b"")
        self.log_id = self.lines[0].log_id if self.lines else None
        self.segments = {}
        for name in os.listdir(folder):
            if re.fullmatch(r"\d{8}\.seg", name) and int(name[:8]) > 0:
                self.segments[int(name[:8])] = Segment(int(name[:8]), read_file(os.path.join(folder, name)))
        if self.log_id is None and self.segments:
            self.log_id = getattr(self.segments[min(self.segments)], "log_id", bytes(16))
        read_links(read_file(os.path.join(folder, "chain")), self.log_id, self.segments)

    @staticmethod
    def find_lines(data):
        found = []
        for m in re.finditer(rb"samtale-checkpoint ", data):
            try:
                found.append(Line(LINE.match(data, m.start()).group()))
            except (AttributeError, ValueError):
                pass
        return found

    def read_lines(self, data):
        lines, before, may_check = [], None, False
        for text in data.split(b"\n")[:-1]:
            try:
                line = Line(text)
            except ValueError:
                self.broken.append("line")
                may_check = False
                continue
            self.check_line(line, before, may_check, lines[0].log_id if lines else line.log_id)
            lines.append(line)
            before, may_check = line, True
        return lines

    def check_line(self, line, before, may_check, log_id):
        if line.log_id != log_id:
            self.broken.append("log id")
        if line.kind in STARTS:
            if not line.is_signed_by(self.public):
                self.broken.append("signature of the node")
        elif may_check and not line.is_signed_by(before.next):
            self.broken.append("signature")
        if before is None:
            in_order = line.kind in STARTS and line.epoch == 0
        else:
            in_order = (line.epoch == before.epoch + 1 and line.size >= before.size
                        and line.dropped >= before.dropped)
            if line.kind == "start":
                in_order = in_order and before.kind == "end"
            elif line.kind not in STARTS:
                in_order = in_order and before.kind != "end"
        if not in_order:
            self.broken.append("order of lines")
        self.look_at_times(line, before)

    def look_at_times(self, line, before):
        if line.kind in ("unclean", "loss"):
            self.notable.append(line.kind)
        if line.dropped > (before.dropped if before else 0):
            self.notable.append("dropped")
        if before is None:
            return
        utc, boot = line.utc_ms - before.utc_ms, line.boot_ms - before.boot_ms
        if line.boot != before.boot:
            stepped = utc < -2000
        else:
            stepped = boot < 0 or abs(utc - boot) > 2000
        if stepped:
            self.notable.append("clock")
        if line.kind not in STARTS and boot > 2 * self.epoch_ms:
            self.notable.append("late")

    def blocks(self, number, segment, is_newest):
        """Each block's chain value in order, and whether it is what it should be."""
        chain = blake(b"samtale segment", segment.chain, segment.hash)
        if segment.links is not None:
            for link in segment.links:
                yield link, True
            return
        body = segment.data[HEAD:]
        if len(body) % FRAME and not is_newest:
            self.broken.append("rest of segment %d" % number)
        for i in range(len(body) // FRAME):
            block = body[i * FRAME:(i + 1) * FRAME]
            chain = blake(chain, block)
            yield chain, (block[:8] == b"SF\1\0\0\0\1\x10"
                          and block[8:16] == struct.pack(">Q", segment.first + i)
                          and block[288:] == struct.pack(">I", crc32c(block[:288])))

    def walk(self):
        """The chain value after each record that is here, and which are no right frames."""
        chains, damaged = {0: bytes(32)}, set()
        last, chain, expected = 0, bytes(32), 1
        after = {(a.size, a.chain) for a, b in zip(self.lines, self.lines[1:]) if b.kind == "loss"}
        newest = max(self.segments, default=0)
        for number in sorted(self.segments):
            segment = self.segments[number]
            if number != expected:
                self.broken.append("segment %d missing" % expected)
            expected = number + 1
            if not segment.readable:
                self.broken.append("header of %d" % number)
                continue
            if segment.says != number or segment.log_id != self.log_id:
                self.broken.append("segment %d is another one" % number)
            if (segment.first, segment.chain) != (last + 1, chain):
                is_loss = segment.first > last and (segment.first - 1, segment.chain) in after
                if not is_loss:
                    self.broken.append("segment %d does not continue" % number)
                else: # what lies before it was given up
                    damaged = {n for n in damaged if any(n <= line.size <= last for line in self.lines)}
                chains.setdefault(segment.first - 1, segment.chain)
            last = segment.first - 1
            chain = blake(b"samtale segment", segment.chain, segment.hash)
            for chain, good in self.blocks(number, segment, number == newest):
                last += 1
                chains[last] = chain
                if not good:
                    damaged.add(last)
        return chains, damaged, last

    def check_chain(self):
        chains, damaged, last = self.walk()
        if not self.lines:
            self.broken.append("no checkpoint")
        for line in self.lines:
            if line.size > last:
                self.broken.append("shorter")
            elif line.size in chains and chains[line.size] != line.chain:
                self.broken.append("chain at %d" % line.size)
        for n in damaged:
            over = [line for line in self.lines if line.size >= n and line.size in chains]
            holds = bool(over) and chains[over[0].size] == over[0].chain
            (self.notable if holds else self.broken).append("record %d" % n)

    def newest_anchor(self):
        own = {line.text for line in self.lines}
        newest = None
        for line in (line for found in self.anchors for line in found):
            if line.log_id != self.log_id:
                if line.kind in STARTS and line.is_signed_by(self.public):
                    self.broken.append("anchor of another log")
            elif line.text in own:
                newest = max(newest or 0, line.utc_ms)
            else:
                self.broken.append("anchor")
        return newest

    def verdict(self):
        if not self.segments and not self.lines:
            return CANNOT
        self.check_chain()
        newest = self.newest_anchor()
        if self.broken:
            return BROKEN
        if self.notable:
            return NOTABLE
        return OK if newest and self.lines[-1].utc_ms - newest <= 2 * self.epoch_ms else UNANCHORED


def verify(folder, public, anchors=()):
    try:
        v = Verifier(folder, public, anchors)
        return v.verdict(), v
    except (OSError, TypeError):
        return CANNOT, None


# -- the tests' doors ---------------------------------------------------------------------------
def compare_row(row):
    """One folder: what the first verifier said of it against what this one says."""
    theirs, name, folder, public, *anchors = row.split()
    mine, v = verify(folder, bytes.fromhex(public), anchors)
    if mine != int(theirs):
        print(f"{name} {folder}: they say {theirs}, I say {mine}:", v and (v.broken[:3], v.notable[:3]))
    return mine, mine == int(theirs)


def compare(program, count):
    seed = os.environ.get("SAMTALE_SEED") or str(int.from_bytes(os.urandom(6), "big"))
    print(f"SAMTALE_SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="samtale-logs-") as folder:
        subprocess.run([program, folder, count, seed], check=True)
        with open(os.path.join(folder, "list"), encoding="utf-8") as f:
            rows = [compare_row(row) for row in f]
    said = {verdict: sum(r[0] == verdict for r in rows) for verdict in range(5)}
    wrong = sum(not r[1] for r in rows)
    print(f"{len(rows)} folders, verdicts {said}, {wrong} differ")
    return 1 if wrong or not all(said[v] for v in (OK, BROKEN, NOTABLE, UNANCHORED)) else 0


def vectors(path):
    rows, lines = {}, []
    with open(path, "rb") as f:
        for row in f.read().splitlines():
            name, value = row.split(b" ", 1)
            if name == b"line":
                lines.append(value)
            else:
                rows[name.decode()] = bytes.fromhex(value.decode())
    head, chain = rows["head"], rows["chain"]
    assert Segment(3, head).readable and blake(b"samtale segment", chain, head[752:]) == rows["chain_entered"]
    for i in (0, 1):
        k, frame = rows[f"k_{i}"], rows[f"frame_{i}"]
        assert blake(b"record", key=k) == rows[f"rk_{i}"] and blake(b"next", key=k) == rows[f"k_{i + 1}"]
        assert frame[288:] == struct.pack(">I", crc32c(frame[:288]))
        chain = blake(chain, frame)
        assert chain == rows[f"chain_{i}"]
    assert rows["plain_1"][80:112] == blake(b"tag", key=rows["mk"])
    assert rows["inner_key"] == blake(b"inner", key=rows["mk"])
    assert lines and all(Line(line).is_signed_by(rows["public"]) for line in lines)
    changed = lines[0].replace(b" 5 ", b" 6 ")
    assert changed != lines[0] and not Line(changed).is_signed_by(rows["public"])
    print(f"{len(rows) + len(lines)} vectors")
    return 0


def main(args):
    if len(args) == 3 and args[0] == "--compare":
        return compare(args[1], args[2])
    if len(args) == 2 and args[0] == "--vectors":
        return vectors(args[1])
    if len(args) < 2:
        print(__doc__, file=sys.stderr)
        return CANNOT
    verdict, v = verify(args[0], bytes.fromhex(args[1]), args[2:])
    for finding in (v.broken + v.notable) if v else ():
        print(finding)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
