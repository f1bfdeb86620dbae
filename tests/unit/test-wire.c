/* SPDX-License-Identifier: MIT */
/* Messages between the processes of a run: a descriptor that can't come along
 * is not lost without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session/wire.h"

enum { MANY = 2 };

static int sockets[2];
static char data[8];

/* The number that the next descriptor will have. */
static int next_descriptor(void)
{
	const int copy = dup(sockets[0]);
	const int number = copy;

	assert_true(copy >= 0);
	close(copy);
	return number;
}

static ssize_t receive(int *descriptor)
{
	return wire_receive(sockets[1], data, sizeof(data), descriptor, false);
}

/* The next message comes as if nothing had been. */
static void expect_another(void)
{
	int descriptor;

	assert_true(wire_send(sockets[0], "next", 4, sockets[0], false));
	assert_int_equal(receive(&descriptor), 4);
	assert_memory_equal(data, "next", 4);
	assert_true(descriptor >= 0);
	close(descriptor);
	assert_int_equal(receive(&descriptor), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_none_is_left(void **state)
{
	struct rlimit limit, none;
	int descriptor, next = next_descriptor();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)next;
	assert_true(wire_send(sockets[0], "with", 4, sockets[0], false));
	assert_true(wire_send(sockets[0], "without", 7, -1, false));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	ssize_t got = receive(&descriptor);
	int error = errno;
	ssize_t without = receive(&descriptor);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);

	assert_int_equal(got, -1);
	assert_int_equal(error, EMFILE);
	assert_int_equal(without, 7);
	assert_int_equal(descriptor, -1);
	expect_another();
}

/* As nobody here sends them: only the first is there. */
static void send_many(void)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(MANY * sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)(uintptr_t) "many", 4};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space)};

	control.head = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(MANY * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	};
	memcpy(CMSG_DATA(&control.head), sockets, MANY * sizeof(int));
	assert_int_equal(sendmsg(sockets[0], &message, 0), 4);
}

static void test_more_than_one(void **state)
{
	int descriptor, next = next_descriptor();

	(void)state;
	send_many();
	assert_int_equal(receive(&descriptor), 4);
	assert_int_equal(descriptor, next);
	close(descriptor);
	assert_int_equal(next_descriptor(), next);
	expect_another();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_is_left),
		cmocka_unit_test(test_more_than_one),
	};

	if (!wire_pair(sockets))
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
