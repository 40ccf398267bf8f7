# SPDX-License-Identifier: MPL-2.0
"""What a trunk needs around it: an authority with certificates, a name server."""
import os
import socket
import struct
import subprocess
import threading


def certificates(folder, name="localhost"):
  """An authority, and a certificate of it for that name."""
  def run(line):
    subprocess.run(["openssl", *line.split()], check=True, capture_output=True, cwd=folder)

  new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  run(f"req -x509 {new_key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca "
      "-addext basicConstraints=critical,CA:TRUE")
  run(f"req {new_key} -keyout key.pem -out req.pem -subj /CN=x")
  with open(os.path.join(folder, "ext"), "w", encoding="ascii") as f:
    f.write(f"subjectAltName={name}\n")
  run("x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
      "-extfile ext -out cert.pem")
  return tuple(os.path.join(folder, n) for n in ("ca.pem", "cert.pem", "key.pem"))


def name_server(records):
  """Answers on port 53 of this network namespace; records: (name, type) → [rdata]."""
  sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
  sock.bind(("127.0.0.1", 53))

  def serve():
    while True:
      query, source = sock.recvfrom(512)
      labels, at = [], 12
      while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
      kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
      found = records.get((".".join(labels), kind), [])
      reply = query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0) + query[12 : at + 5]
      for rdata in found:
        reply += struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(rdata)) + rdata
      sock.sendto(reply, source)

  threading.Thread(target=serve, daemon=True).start()


def dns_name(name):
  return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
