/* SPDX-License-Identifier: MIT */
/* Messages between the processes of a run. */
#include "session/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

bool wire_pair(int sockets[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) ==
		0;
}

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
};

bool wire_send(
	int socket, const void *data, size_t length, int descriptor, bool wait)
{
	union control control = {0};
	struct iovec part = {(void *)(uintptr_t)data, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
	ssize_t sent;

	if (descriptor >= 0) {
		message.msg_control = control.space;
		message.msg_controllen = sizeof(control.space);
		control.head = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.head), &descriptor, sizeof(int));
	}
	do
		sent = sendmsg(socket, &message, flags);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)length;
}

ssize_t wire_receive(
	int socket, void *data, size_t size, int *descriptor, bool wait)
{
	union control control = {0};
	struct iovec part = {data, size};
	/* Room for one descriptor, and not for a second behind it: that would
	 * be ours, and nobody would know of it. */
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = CMSG_LEN(sizeof(int))};
	ssize_t got;

	*descriptor = -1;
	/* That the other end has closed without reading all is told once,
	 * before what it had sent: that comes behind it. */
	do
		got = recvmsg(socket, &message,
			MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got >= 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) &&
		control.head.cmsg_type == SCM_RIGHTS)
		memcpy(descriptor, CMSG_DATA(&control.head), sizeof(int));
	/* Where no more can be open it isn't there: the message would mean
	 * something else. */
	if (got >= 0 && message.msg_flags & MSG_CTRUNC && *descriptor < 0) {
		errno = EMFILE;
		return -1;
	}
	return got;
}
