/* SPDX-License-Identifier: MPL-2.0
 *
 * RIFF is little-endian chunks at even places: a name of four letters, a length, that
 * many bytes. `fmt ` says what `data` holds and must come first.
 */
#include "wav.h"

#include "g711.h"

#define FORMAT_PCM  1
#define FORMAT_ALAW 6
#define FORMAT_ULAW 7

struct chunk {
	struct bytes name, body;
};

static uint32_t little(struct bytes b, size_t at, size_t len)
{
	uint32_t v = 0;

	while (len-- > 0)
		v = v << 8 | b.at[at + len];
	return v;
}

/* False: there is no more. */
static bool next_chunk(struct reader *r, struct chunk *ret)
{
	struct bytes head = read_bytes(r, 8);
	uint32_t len;

	if (r->bad)
		return false;
	len = little(head, 4, 4);
	if (len > r->left.len)
		len = (uint32_t)r->left.len;
	*ret = (struct chunk){ bytes_of(head.at, 4), read_bytes(r, len) };
	if (len % 2 && r->left.len > 0)
		(void)read_u8(r);
	return true;
}

/* Bytes of a sample, 0: not ours. */
static size_t read_format(struct bytes fmt, enum wav_form *ret)
{
	uint32_t format, bits;

	if (fmt.len < 16 || little(fmt, 2, 2) != 1 || little(fmt, 4, 4) != AUDIO_RATE)
		return 0;
	format = little(fmt, 0, 2);
	bits = little(fmt, 14, 2);
	*ret = format == FORMAT_ALAW   ? WAV_ALAW
	       : format == FORMAT_ULAW ? WAV_ULAW
				       : WAV_PCM16;
	if (format == FORMAT_PCM && bits == 16)
		return 2;
	return (format == FORMAT_ALAW || format == FORMAT_ULAW) && bits == 8 ? 1 : 0;
}

bool wav_read(struct bytes file, struct wav *ret)
{
	struct reader r = reader_of(file);
	struct bytes riff = read_bytes(&r, 12);
	struct chunk c;
	enum wav_form form = WAV_PCM16;
	size_t width = 0;

	if (r.bad || !bytes_equal(bytes_of(riff.at, 4), BYTES_LIT("RIFF")) ||
		!bytes_equal(bytes_of(riff.at + 8, 4), BYTES_LIT("WAVE")))
		return false;
	while (next_chunk(&r, &c)) {
		if (bytes_equal(c.name, BYTES_LIT("fmt ")))
			width = read_format(c.body, &form);
		if (!bytes_equal(c.name, BYTES_LIT("data")))
			continue;
		if (width == 0)
			return false;
		*ret = (struct wav){ form, c.body, c.body.len / width };
		return true;
	}
	return false;
}

uint8_t wav_alaw(const struct wav *w, size_t i)
{
	if (w->form == WAV_ALAW)
		return w->data.at[i];
	if (w->form == WAV_ULAW)
		return g711_encode(G711_ALAW, g711_decode(G711_ULAW, w->data.at[i]));
	return g711_encode(G711_ALAW, (int16_t)little(w->data, 2 * i, 2));
}
