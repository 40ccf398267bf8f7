# SPDX-License-Identifier: MPL-2.0
"""An RTP end that encrypts as RFC 3711 says (AES_CM_128_HMAC_SHA1_80, keys by SDES), written
from its text and not with the library that the gateway uses. Sequence numbers that wrap are
not its matter: it lives for seconds."""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import os
import re

from sip_peer import Sound

_crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for _name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ctr"):
  getattr(_crypto, _name).restype = ctypes.c_void_p
TAG = 10


def aes_ctr(key, iv, data):
  """The key stream over data, from that counter on."""
  context = ctypes.c_void_p(_crypto.EVP_CIPHER_CTX_new())
  out, size = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int()
  good = (_crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(_crypto.EVP_aes_128_ctr()), None,
                                     key, iv.to_bytes(16, "big")) == 1
          and _crypto.EVP_EncryptUpdate(context, out, ctypes.byref(size), data, len(data)) == 1)
  _crypto.EVP_CIPHER_CTX_free(context)
  assert good and size.value == len(data), "libcrypto refused"
  return out.raw[: size.value]


class Keys:
  """Of one direction, from the 30 bytes of a=crypto (RFC 3711, 4.3)."""

  def __init__(self, master):
    key, salt = master[:16], int.from_bytes(master[16:], "big")
    derive = lambda label, size: aes_ctr(key, (salt ^ label << 48) << 16, bytes(size))
    self.cipher, self.auth = derive(0, 16), derive(1, 20)
    self.salt = int.from_bytes(derive(2, 14), "big")

  def crypt(self, packet):
    ssrc, seq = int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[2:4], "big")
    return packet[:12] + aes_ctr(self.cipher, self.salt << 16 ^ ssrc << 64 ^ seq << 16, packet[12:])

  def tag(self, packet):
    return hmac.new(self.auth, packet + bytes(4), hashlib.sha1).digest()[:TAG]


class SecureSound(Sound):
  """forged counts packets that do not authenticate, and plain ones."""

  def __init__(self, **settings):
    self.master = os.urandom(30)
    self.ours, self.theirs, self.forged = Keys(self.master), None, 0
    super().__init__(**settings)

  def sealed(self, packet):
    packet = self.ours.crypt(packet)
    return packet + self.ours.tag(packet)

  def opened(self, packet):
    if not self.theirs or self.theirs.tag(packet[:-TAG]) != packet[-TAG:]:
      self.forged += 1
      return b""
    return self.theirs.crypt(packet[:-TAG])

  def agree(self, sdp):
    """Takes the key that the gateway says."""
    inline = re.search(r"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]{40})", sdp)
    self.theirs = Keys(base64.b64decode(inline.group(1)))

  def sdp(self, *plain, **settings):
    line = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{base64.b64encode(self.master).decode()}\r\n"
    return super().sdp(*plain, **settings).replace("RTP/AVP", "RTP/SAVP") + line
