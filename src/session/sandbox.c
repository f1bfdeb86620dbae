/* SPDX-License-Identifier: MIT */
/* The sandbox of workers. */
#include "session/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Landlock --------------------------------------------------------------- */

/* As the kernel has it; the headers of Debian 12 know the first member. */
struct ruleset {
	uint64_t file_system, network, scopes;
};

enum {
	RULESET_VERSION = 1, /* a flag: asks for the version only */
	READ_FILE = 1 << 2,
	WRITE_FILE = 1 << 1,
	BENEATH = 1, /* a kind of rule */
};

/* Of a rule for what is beneath a directory. */
struct beneath {
	uint64_t allowed;
	int32_t directory;
} __attribute__((packed));

static uint32_t landlock_version(void)
{
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, (size_t)0, RULESET_VERSION);

	return version > 0 ? (uint32_t)version : 0;
}

/* All that the version can refuse. A kernel takes a longer struct than it knows
 * if the rest is zero. */
static struct ruleset landlock_rules(uint32_t version)
{
	struct ruleset rules = {.file_system = (1 << 13) - 1};

	if (version >= 2)
		rules.file_system |= 1 << 13; /* link and rename elsewhere */
	if (version >= 3)
		rules.file_system |= 1 << 14; /* truncate */
	if (version >= 4)
		rules.network = 3; /* bind and connect */
	if (version >= 5)
		rules.file_system |= 1 << 15; /* ioctl of devices */
	if (version >= 6)
		rules.scopes = 3; /* abstract sockets and signals */
	return rules;
}

/* Where temporary files without a name may be; seccomp sees to it that nothing
 * else is opened there. A directory that is missing needs no rule. */
static bool allow_temporaries(int ruleset)
{
	const char *name = getenv("TMPDIR");
	struct beneath rule = {.allowed = READ_FILE | WRITE_FILE};

	rule.directory =
		open(name && *name ? name : "/tmp", O_PATH | O_CLOEXEC);
	if (rule.directory < 0)
		return true;
	bool ok =
		syscall(SYS_landlock_add_rule, ruleset, BENEATH, &rule, 0) == 0;
	close(rule.directory);
	return ok;
}

static bool landlock_close(const struct sandbox *sandbox)
{
	struct ruleset rules = landlock_rules(sandbox->landlock);
	int ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);

	if (ruleset < 0)
		return false;
	bool ok = (!sandbox->seccomp || allow_temporaries(ruleset)) &&
		syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return ok;
}

/* ---- seccomp ---------------------------------------------------------------- */

/* Calls that the headers of Debian 12 don't know: from openat2 on they have the
 * same order on all architectures. */
enum {
	CALL_FCHMODAT2 = SYS_openat2 + 15,
	CALL_SETXATTRAT = SYS_openat2 + 26,
	CALL_REMOVEXATTRAT = SYS_openat2 + 29,
	CALL_OPEN_TREE_ATTR = SYS_openat2 + 30,
	CALL_FILE_SETATTR = SYS_openat2 + 32,
};

/* Those by which a library may well look for a file that it can do without:
 * they fail. */
static const int failing[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat2),
	SCMP_SYS(creat),
	SCMP_SYS(truncate),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmodat),
	CALL_FCHMODAT2,
	SCMP_SYS(chown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(utime),
	SCMP_SYS(utimes),
	SCMP_SYS(futimesat),
	SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(removexattr),
	SCMP_SYS(lremovexattr),
	CALL_SETXATTRAT,
	CALL_REMOVEXATTRAT,
	CALL_FILE_SETATTR,
	SCMP_SYS(chdir),
	SCMP_SYS(fchdir),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(inotify_init),
	SCMP_SYS(inotify_init1),
	SCMP_SYS(fanotify_init),
};

/* Those that only somebody calls who has taken the worker over: they end it. */
static const int ending[] = {
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(kcmp),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(tkill),
	SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(io_setup),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	CALL_OPEN_TREE_ATTR,
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fspick),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(quotactl),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(acct),
	SCMP_SYS(syslog),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(personality),
	SCMP_SYS(vhangup),
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(setfsuid),
	SCMP_SYS(setfsgid),
	SCMP_SYS(capset),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(msgget),
	SCMP_SYS(semget),
	SCMP_SYS(shmget),
	SCMP_SYS(shmat),
	SCMP_SYS(mq_open),
	SCMP_SYS(lookup_dcookie),
	SCMP_SYS(setpriority),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_setscheduler),
};

static bool add_rules(
	scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(filter, action, calls[i], 0) != 0)
			return false;
	return true;
}

/* The times of a descriptor are set by the same call, without a path. */
static bool add_times(scmp_filter_ctx filter)
{
	static const int calls[] = {
		SCMP_SYS(utimensat), SCMP_SYS(utimensat_time64)};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), calls[i],
			    1, SCMP_A1(SCMP_CMP_NE, 0, 0)) != 0)
			return false;
	return true;
}

/* Others whose arguments decide: threads, files without a name, and signals and
 * limits of its own it may have. clone3, whose arguments can't be seen, is
 * missing, so that the C library takes clone. */
static bool add_conditions(scmp_filter_ctx filter)
{
	const uint32_t fail = SCMP_ACT_ERRNO(EACCES),
		       end = SCMP_ACT_KILL_PROCESS;
	const scmp_datum_t self = (scmp_datum_t)getpid();
	const uint64_t whole = UINT32_MAX; /* an int: the rest isn't said */

	/* A bit that is missing of two is one of two that are not set. */
	return seccomp_rule_add(filter, fail, SCMP_SYS(openat), 1,
		       SCMP_A2(SCMP_CMP_MASKED_EQ, O_TMPFILE & ~O_DIRECTORY,
			       0)) == 0 &&
		seccomp_rule_add(filter, fail, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_DIRECTORY, 0)) == 0 &&
		seccomp_rule_add(filter, end, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0 &&
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			SCMP_SYS(clone3), 0) == 0 &&
		seccomp_rule_add(filter, end, SCMP_SYS(kill), 1,
			SCMP_A0(SCMP_CMP_NE, self, 0)) == 0 &&
		seccomp_rule_add(filter, end, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_NE, self, 0)) == 0 &&
		seccomp_rule_add(filter, end, SCMP_SYS(prlimit64), 1,
			SCMP_A0(SCMP_CMP_NE, 0, 0)) == 0 &&
		seccomp_rule_add(filter, end, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, whole, TIOCSTI)) == 0;
}

/* Calls of another architecture than the program's end it, too. */
static bool seccomp_close(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return false;
	bool ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
			  SCMP_ACT_KILL_PROCESS) == 0 &&
		add_rules(filter, SCMP_ACT_ERRNO(EACCES), failing,
			sizeof(failing) / sizeof(*failing)) &&
		add_rules(filter, SCMP_ACT_KILL_PROCESS, ending,
			sizeof(ending) / sizeof(*ending)) &&
		add_times(filter) && add_conditions(filter) &&
		seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

/* ---- Both ------------------------------------------------------------------- */

bool sandbox_close(const struct sandbox *sandbox)
{
	if (!sandbox->landlock && !sandbox->seccomp)
		return true;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		(!sandbox->landlock || landlock_close(sandbox)) &&
		(!sandbox->seccomp || seccomp_close());
}

/* Whether a child of this process can close it. */
static bool can_close(const struct sandbox *sandbox)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_close(sandbox) ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && status == 0;
}

struct sandbox sandbox_probe(void)
{
	struct sandbox landlock = {.landlock = landlock_version()};
	struct sandbox seccomp = {.seccomp = 1};

	return (struct sandbox){
		.landlock = landlock.landlock && can_close(&landlock)
			? landlock.landlock
			: 0,
		.seccomp = can_close(&seccomp),
	};
}

void sandbox_describe(const struct sandbox *sandbox, struct text *text)
{
	if (sandbox->landlock)
		text_add_format(text, "landlock %u", sandbox->landlock);
	if (sandbox->landlock && sandbox->seccomp)
		text_add_string(text, ", ");
	if (sandbox->seccomp)
		text_add_string(text, "seccomp");
	if (!sandbox->landlock && !sandbox->seccomp)
		text_add_string(text, "none");
}
