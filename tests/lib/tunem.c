/* SPDX-License-Identifier: MPL-2.0
 *
 * A bad line between two hosts of a test. Makes a TUN device in each of two network
 * namespaces and carries the packets between them with the delay, jitter, loss, rate and
 * cuts that it is told on standard input, the same in both directions. Order is kept, so
 * jitter delays but never reorders. Ends with its standard input. Needs root.
 *
 *   tunem HOST-A ADDRESS-A HOST-B ADDRESS-B      addresses are IPv4, in the same /24
 *
 * Commands, one per line, each answered with "ok" or "bad":
 *   delay MS, jitter MS, loss PERCENT, rate KBITS (0: without limit), cut on|off,
 *   udp on|off (off drops every UDP packet)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX     2048
#define QUEUE_MAX      2048   /* packets in flight in one direction */
#define BACKLOG_MAX_US 400000 /* a rate limit drops what would wait longer */
#define MTU            1400

struct packet {
	uint64_t due_us;
	size_t len;
	uint8_t at[PACKET_MAX];
};

/* One direction: read from one device, due packets written to the other. */
struct line {
	int from, to;
	struct packet *queue;
	size_t head, count;
	uint64_t last_due_us, free_at_us;
};

static struct {
	unsigned delay_ms, jitter_ms, loss_percent, rate_kbits;
	bool cut, no_udp;
} weather;

static void die(const char *what)
{
	fprintf(stderr, "tunem: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static void enter(const char *host)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "/run/netns/%s", host);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		die(host);
	(void)close(fd);
}

static void set_address(
	int fd, struct ifreq *request, unsigned long what, const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		errno = EINVAL;
		die(text);
	}
	memcpy(&request->ifr_addr, &address, sizeof(address));
	if (ioctl(fd, what, request) < 0)
		die("address");
}

/* Makes the device in the namespace that the process is in. */
static int open_tun(const char *address)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "line0");
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
		die("/dev/net/tun");
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	set_address(fd, &request, SIOCSIFADDR, address);
	set_address(fd, &request, SIOCSIFNETMASK, "255.255.255.0");
	request.ifr_mtu = MTU;
	if (ioctl(fd, SIOCSIFMTU, &request) < 0)
		die("mtu");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die("up");
	(void)close(fd);
	return tun;
}

static struct line new_line(int from, int to)
{
	struct line line = { .from = from, .to = to };
	line.queue = calloc(QUEUE_MAX, sizeof(*line.queue));
	if (!line.queue)
		die("memory");
	return line;
}

static bool is_lost(const struct packet *packet)
{
	if (weather.cut || (unsigned)(rand() % 100) < weather.loss_percent)
		return true;
	return weather.no_udp && packet->len > 9 && packet->at[0] >> 4 == 4 &&
	       packet->at[9] == IPPROTO_UDP;
}

/* When the packet is to arrive; 0 when the line is too busy to take it. */
static uint64_t due_at(struct line *line, size_t len, uint64_t now)
{
	uint64_t sent = now;
	if (weather.rate_kbits > 0) {
		if (line->free_at_us < now)
			line->free_at_us = now;
		if (line->free_at_us - now > BACKLOG_MAX_US)
			return 0;
		line->free_at_us += (uint64_t)len * 8000u / weather.rate_kbits;
		sent = line->free_at_us;
	}
	uint64_t due = sent + weather.delay_ms * 1000u;
	if (weather.jitter_ms > 0)
		due += (uint64_t)rand() % (weather.jitter_ms * 1000u);
	return due < line->last_due_us ? line->last_due_us : due;
}

static void take_in(struct line *line, uint64_t now)
{
	for (;;) {
		struct packet spare;
		struct packet *slot =
			line->count < QUEUE_MAX
				? &line->queue[(line->head + line->count) % QUEUE_MAX]
				: &spare;
		ssize_t got = read(line->from, slot->at, sizeof(slot->at));
		if (got <= 0)
			return;
		slot->len = (size_t)got;
		if (slot == &spare || is_lost(slot))
			continue;
		slot->due_us = due_at(line, slot->len, now);
		if (slot->due_us == 0)
			continue;
		line->last_due_us = slot->due_us;
		line->count++;
	}
}

static void let_out(struct line *line, uint64_t now)
{
	while (line->count > 0 && line->queue[line->head].due_us <= now) {
		struct packet *packet = &line->queue[line->head];
		/* A full device drops, as a real one does. */
		if (write(line->to, packet->at, packet->len) < 0 && errno == EBADF)
			die("write");
		line->head = (line->head + 1) % QUEUE_MAX;
		line->count--;
	}
}

static bool parse_number(const char *text, unsigned max, unsigned *ret)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > max)
		return false;
	*ret = (unsigned)value;
	return true;
}

static bool parse_switch(const char *text, bool on_is, bool *ret)
{
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
		return false;
	*ret = (strcmp(text, "on") == 0) == on_is;
	return true;
}

static bool obey(char *command)
{
	char *value = strchr(command, ' ');
	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(command, "delay") == 0)
		return parse_number(value, 10000, &weather.delay_ms);
	if (strcmp(command, "jitter") == 0)
		return parse_number(value, 10000, &weather.jitter_ms);
	if (strcmp(command, "loss") == 0)
		return parse_number(value, 100, &weather.loss_percent);
	if (strcmp(command, "rate") == 0)
		return parse_number(value, 1000000, &weather.rate_kbits);
	if (strcmp(command, "cut") == 0)
		return parse_switch(value, true, &weather.cut);
	if (strcmp(command, "udp") == 0)
		return parse_switch(value, false, &weather.no_udp);
	return false;
}

/* Obeys every whole line that came in. False at the end of input. */
static bool hear_commands(void)
{
	static char text[512];
	static size_t len;
	ssize_t got = read(STDIN_FILENO, text + len, sizeof(text) - 1 - len);
	if (got <= 0)
		return false;
	len += (size_t)got;
	text[len] = '\0';
	char *line = text;
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		puts(obey(line) ? "ok" : "bad");
	}
	len -= (size_t)(line - text);
	memmove(text, line, len);
	return len < sizeof(text) - 1;
}

/* Milliseconds until the next packet is due, rounded up; -1 when none is in flight. */
static int wait_ms(const struct line lines[2], uint64_t now)
{
	int wait = -1;
	for (int i = 0; i < 2; i++) {
		if (lines[i].count == 0)
			continue;
		uint64_t due = lines[i].queue[lines[i].head].due_us;
		int ms = due <= now ? 0 : (int)((due - now + 999) / 1000);
		wait = wait < 0 || ms < wait ? ms : wait;
	}
	return wait;
}

static void carry(struct line lines[2])
{
	struct pollfd ready[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = lines[0].from, .events = POLLIN },
		{ .fd = lines[1].from, .events = POLLIN },
	};
	for (;;) {
		if (poll(ready, 3, wait_ms(lines, now_us())) < 0 && errno != EINTR)
			die("poll");
		if ((ready[0].revents & (POLLIN | POLLHUP)) && !hear_commands())
			return;
		uint64_t now = now_us();
		for (int i = 0; i < 2; i++) {
			take_in(&lines[i], now);
			let_out(&lines[i], now);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fputs("usage: tunem HOST-A ADDRESS-A HOST-B ADDRESS-B\n", stderr);
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	enter(argv[1]);
	int a = open_tun(argv[2]);
	enter(argv[3]);
	int b = open_tun(argv[4]);
	struct line lines[2] = { new_line(a, b), new_line(b, a) };
	puts("ready");
	carry(lines);
	free(lines[0].queue);
	free(lines[1].queue);
	return 0;
}
