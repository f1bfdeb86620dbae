# SPDX-License-Identifier: MIT
# Reads what `strace -f -y -s 9000` wrote of a run and says where the write
# protocol was not kept: an output is written into an exclusive temporary in its
# own directory and synced; a change of the store that names the temporary is
# synced; then it is renamed; then its directory is synced, before the next
# change. Nothing else is written but what belongs to the store, and what never
# gets a name. -v some=1: something must be renamed.

function complain(what)
{
	print FILENAME ":" FNR ": " what
	bad = 1
}

# The path that a descriptor has: the first <...> of the line.
function path(line)
{
	return match(line, /<[^>]*>/) ? substr(line, RSTART + 1, RLENGTH - 2) : ""
}

# The NUMBER-th string of the line.
function quoted(line, number, parts)
{
	split(line, parts, "\"")
	return parts[number * 2]
}

# The path of a name in the directory of a descriptor.
function within(directory, name)
{
	return name ~ /^\// ? name : directory "/" name
}

function parent(file)
{
	sub(/\/+[^\/]*\/*$/, "", file)
	return file
}

function is_temporary(file)
{
	return file ~ /\/\.leat-[^\/]*$/
}

function is_store(file)
{
	return file ~ /\/store\.(db|new)(-wal|-journal|-shm)?$/
}

# Calls of several processes are interleaved: a call counts when it has ended.
{
	process = $1
	sub(/^[0-9]+ +/, "")
}

/ <unfinished \.\.\.>$/ {
	sub(/ *<unfinished \.\.\.>$/, "")
	begun[process] = $0
	next
}

/^<\.\.\. [a-z0-9_]+ resumed>/ {
	sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "")
	$0 = begun[process] $0
}

/ = -1 / { next }

/^openat2?\(/ {
	name = quoted($0, 1)
	file = within(path($0), name)
	if (is_store(file))
		store = 1
	else if (is_temporary(file) && /O_CREAT/) {
		if (!/O_EXCL/)
			complain(file " isn't opened for itself alone")
		made[file] = 1
	} else if (/O_CREAT|O_WRONLY|O_RDWR|O_TRUNC/ && !/O_TMPFILE/ && \
		file !~ /\/(lock|\.gitignore)$/ && file !~ /^\/dev\/[a-z]*$/)
		complain(file " is written in its place")
}

/^mkdir(at)?\(/ {
	unsynced[parent(within(path($0), quoted($0, 1)))] = 1
}

/^(write|pwrite64|writev|ftruncate)\(/ {
	file = path($0)
	if (is_temporary(file))
		synced[file] = named[file] = committed[file] = 0
	if (is_store(file))
		for (file in synced) {
			name = file
			sub(/.*\//, "", name)
			if (synced[file] && index($0, name))
				named[file] = 1
		}
}

/^(fsync|fdatasync)\(/ {
	file = path($0)
	if (is_temporary(file))
		synced[file] = 1
	if (file ~ /store\.db(-wal|-journal)?$/) {
		for (directory in unsynced)
			complain(directory " isn't synced before the next commit")
		split("", unsynced)
		for (name in synced)
			committed[name] = named[name]
	}
	delete unsynced[file]
}

/^rename(at2?)?\(/ {
	file = within(path($0), quoted($0, 1))
	if (!is_temporary(file))
		next
	match($0, /^[^"]*"[^"]*"/)
	rest = substr($0, RLENGTH + 1)
	if (parent(within(path(rest), quoted($0, 2))) != parent(file))
		complain(file " gets a name in another directory")
	if (!made[file]) {
		renames++ # that a run before this one has committed
	} else if (!synced[file])
		complain(file " is renamed, but not synced")
	else if (store && !committed[file])
		complain(file " is renamed before it is committed")
	delete synced[file]
	delete made[file]
	unsynced[parent(file)] = 1
	renames++
}

/^unlink(at)?\(/ {
	file = within(path($0), quoted($0, 1))
	delete made[file]
	delete synced[file]
}

END {
	for (directory in unsynced)
		complain(directory " isn't synced at the end")
	if (/^\+\+\+ exited with 0/)
		for (file in made)
			complain(file " is left")
	if (some && !renames)
		complain("nothing is renamed")
	exit bad
}
