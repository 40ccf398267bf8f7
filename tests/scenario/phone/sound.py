# SPDX-License-Identifier: MPL-2.0
"""Sound for stories: A-law, tones made and found, WAV read. Standard library only."""

import cmath
import math
import struct
import wave

RATE = 8000
TICK = 160


def _alaw_to_linear(byte):
  byte ^= 0x55
  exponent, mantissa = (byte >> 4) & 7, byte & 15
  level = (mantissa * 2 + 1) << 3 if exponent == 0 else (mantissa * 2 + 33) << (exponent + 2)
  return level if byte & 0x80 else -level


def _ulaw_to_linear(byte):
  byte ^= 0xff
  level = (((byte & 15) * 2 + 33) << ((byte >> 4) & 7) + 2) - 132
  return -level if byte & 0x80 else level


ALAW = [_alaw_to_linear(b) for b in range(256)]
ULAW = [_ulaw_to_linear(b) for b in range(256)]
LAWS = {8: ALAW, 0: ULAW}  # by payload type
_NEAREST = {}


def encode(samples, law=8):
  """The nearest code of each sample, by search: slow and surely right."""
  if law not in _NEAREST:
    table = sorted((level, byte) for byte, level in enumerate(LAWS[law]))
    out, at = bytearray(65536), 0
    for sample in range(-32768, 32768):
      while at + 1 < 256 and abs(table[at + 1][0] - sample) <= abs(table[at][0] - sample):
        at += 1
      out[sample + 32768] = table[at][1]
    _NEAREST[law] = out
  return bytes(_NEAREST[law][max(-32768, min(32767, int(s))) + 32768] for s in samples)


def decode(payload, law=8):
  return [LAWS[law][b] for b in payload]


def tone(hertz, seconds, level=0.3):
  return [level * 32767 * math.sin(2 * math.pi * hertz * i / RATE)
          for i in range(int(seconds * RATE))] if hertz else [0] * int(seconds * RATE)


def strength(samples, hertz):
  """Of one tone, 0…1 of full scale (Goertzel)."""
  k = 2 * math.cos(2 * math.pi * hertz / RATE)
  a = b = 0.0
  for sample in samples:
    a, b = sample / 32768 + k * a - b, a
  return 2 * math.sqrt(max(a * a + b * b - k * a * b, 0)) / max(len(samples), 1)


def _fft(values):
  n = len(values)
  if n == 1:
    return values
  even, odd = _fft(values[::2]), _fft(values[1::2])
  turned = [cmath.exp(-2j * math.pi * i / n) * odd[i] for i in range(n // 2)]
  return [e + t for e, t in zip(even, turned)] + [e - t for e, t in zip(even, turned)]


def tones(samples, least=0.01, size=2048):
  """The frequencies of the peaks in the newest samples, strongest first."""
  part = samples[-size:]
  part = [0] * (size - len(part)) + list(part)
  window = [0.5 - 0.5 * math.cos(2 * math.pi * i / size) for i in range(size)]
  power = [abs(v) * 4 / size / 32768
           for v in _fft([complex(s * w) for s, w in zip(part, window)])[:size // 2]]
  peaks = [(power[i], i * RATE / size) for i in range(2, size // 2 - 1)
           if power[i] >= least and power[i] >= power[i - 1] and power[i] > power[i + 1]]
  return [hertz for _, hertz in sorted(peaks, reverse=True)]


def rms(samples):
  return math.sqrt(sum(s * s for s in samples) / max(len(samples), 1))


def write_wav(path, samples):
  with wave.open(str(path), "wb") as to:
    to.setnchannels(1)
    to.setsampwidth(2)
    to.setframerate(RATE)
    to.writeframes(struct.pack(f"<{len(samples)}h", *(int(s) for s in samples)))


def read_wav(path):
  """Samples of a WAV file that may still be written to."""
  data = open(path, "rb").read()[44:]
  return list(struct.unpack(f"<{len(data) // 2}h", data[:len(data) & ~1]))
