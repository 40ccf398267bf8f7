/* SPDX-License-Identifier: MPL-2.0
 *
 * Link, meeting number and PIN, for as long as the contact data lives. They are derived
 * from the meeting's ck each time and stored nowhere.
 */
#include "booking.h"

#include "samtale/base/fault.h"

enum { TEXT_TOKEN, TEXT_PIN, TEXT_CALL }; /* places in call.texts */

int invitation_open(struct call *c, struct store *s, const struct meeting_keys *keys)
{
	char call[OPEN_TEXT_CAP];
	int r = s->user->by_id(s, c->row.owner, &c->other);

	if (r < 0)
		return fault_pass(r);
	if (!keys->has_ck || !c->row.has_link) {
		call_refuse(c, 410, "gone");
		return CALL_E_REFUSED;
	}
	link_token_make(&keys->ck, c->row.link_generation, c->texts[TEXT_TOKEN]);
	pin_make(&keys->ck, c->row.link_generation, c->texts[TEXT_PIN]);
	card_call_number(c->api, &c->row, &c->other, call);
	r = call_keep_text(c, TEXT_CALL, call);
	return r < 0 ? fault_pass(r) : card_open_with(c, s, keys);
}

void invitation_write(struct call *c, struct jout *o)
{
	const struct settings *s = c->api->parts.settings;
	char link[256], number[16];
	struct writer w = writer_of(link, sizeof(link));
	struct writer n = writer_of(number, sizeof(number));

	write_fmt(&w, "%s/j#%s", c->api->parts.origin, c->texts[TEXT_TOKEN]);
	write_fmt(&n, "%08u", c->row.number);
	jout_object(o, "invitation");
	jout_text(o, "link", writer_bytes(&w));
	jout_text(o, "number", writer_bytes(&n));
	jout_str(o, "pin", c->texts[TEXT_PIN]);
	jout_int(o, "starts", c->row.starts_ms);
	jout_int(o, "minutes", c->row.minutes);
	jout_word(o, "form", form_names[c->row.form]);
	jout_str(o, "language", c->row.language);
	jout_object(o, "org");
	jout_str(o, "name", s->org_name);
	jout_str(o, "phone", s->org_phone);
	jout_end_object(o);
	jout_str(o, "consultant", c->other.given);
	jout_str(o, "call_number", c->texts[TEXT_CALL]);
	jout_str(o, "call_in", s->phone_server[0] ? s->phone_number : "");
	jout_end_object(o);
	secret_wipe(link, sizeof(link));
}
