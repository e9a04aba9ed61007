#include "sshsync/config/keys.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace sshsync {
namespace {

using enum KeyScope;

constexpr absl::string_view kActionPrefix = "action.";

constexpr KeyInfo kKeys[] = {
    // Where it is.
    {"host", kRepository, "HOST", "required, but not with transport = local",
     "Name or address by which the controller reaches the host; an alias of ssh_config will do."},
    {"path", kRepository, "FOLDER", "required",
     "The repository's folder on that host: an absolute path. It may be a symbolic link, which is resolved once per "
     "run."},
    {"parent", kRepository, "REPOSITORY", "none: a root",
     "The repository this one is copied from. A repository without a parent is a root and is never written."},
    {"group", kRepository, "NAME ...", "none",
     "Names under which several repositories are asked for at once: --sync @NAME."},
    // How the controller gets there.
    {"user", kRepository, "NAME", "what ssh would use", "The account on the host."},
    {"port", kRepository, "PORT", "what ssh would use", "Port of the host's sshd (ssh -p)."},
    {"identity", kRepository, "FILE", "what ssh would use", "Private key on the controller (ssh -i)."},
    {"jump", kRepository, "[USER@]HOST[:PORT],...", "what ssh would use", "Jump hosts on the way (ssh -J)."},
    {"ssh", kRepository, "COMMAND", "ssh",
     "Program and options by which the controller reaches this host, as in `ssh -F /etc/sshsync/ssh_config`. Words are "
     "split as a shell "
     "splits them; nothing is expanded."},
    {"transport", kRepository, "ssh|local", "ssh",
     "With `local` the folder is on the controller itself, and no ssh is used."},
    {"password", kRepository, "TEXT", "none",
     "Accepted for files of the original. It is never used to log in and never shown; templates that name "
     "${REMOTEPASSWORD} or "
     "${LOCALPASSWORD} see it."},
    // How other hosts get there.
    {"peerhost", kRepository, "HOST", "host",
     "How other hosts reach this repository where that differs: behind NAT, by an alias, through a jump host."},
    {"peerport", kRepository, "PORT", "port", "The port for other hosts."},
    {"peeruser", kRepository, "NAME", "user", "The account for other hosts."},
    {"peerssh", kRepository, "COMMAND", "ssh",
     "Program and options by which this host's account reaches its parent; with route = push, by which the parent's "
     "account reaches it."},
    // What runs there.
    {"listcmd", kRepository, "TEMPLATE", "from the preset",
     "Prints one path below ${REPOPATH} per line: every file of the repository. What is given is authoritative."},
    {"digestcmd", kRepository, "TEMPLATE", "from the preset",
     "Prints the digest of ${FILEPATH} as its last line, or NONE where there is no such file. If either side of a hop "
     "has one, its answers "
     "alone decide whether files are equal."},
    {"synccmd", kRepository, "TEMPLATE", "none",
     "Run on the child: copies ${REMOTEDIR}/${FILE} of the parent, ${REMOTEUSER}@${REMOTEHOST}, to "
     "${LOCALDIR}/${FILE}. ${LOCALDIR} is a "
     "folder of the stage, so that a damaged copy never reaches the repository."},
    {"deletecmd", kRepository, "TEMPLATE", "from the preset",
     "Run on the child for every file that is deleted: removes ${FILEPATH}. Without it many files are removed by one "
     "rm."},
    {"shell", kRepository, "PROGRAM", "sh",
     "The shell that runs this repository's templates, as in `bash` or `/usr/xpg4/bin/sh`. The login shell may be "
     "any."},
    {"preset", kRepository, "auto|gnu|busybox|toybox|bsd|macos|solaris|aix|perl|posix", "auto",
     "The commands for everything the tool runs on the host by itself. `auto` tries on the host which work, the "
     "fastest first; a name takes "
     "those of one preset as they are."},
    {"action.NAME", kRepository, "TEMPLATE", "from the preset",
     "Replaces the single command NAME of the preset: action.rename, action.pack and so on. `sshsync commands REPO` "
     "lists them all with "
     "their texts, `sshsync probe REPO` tries them."},
    {"original_quoting", kRepository, "yes|no", "no",
     "Templates were written for the original, which ran them through a second shell inside double quotes: undo one "
     "level of backslashes. "
     "Where `no` is written out, check says nothing of what the original read differently."},
    {"names", kRepository, "safe|any", "safe",
     "File names that a second parser inside a template (the HOST:PATH of scp, eval, awk) would take for code or "
     "patterns are refused; "
     "`any` says that the templates quote for themselves."},
    {"batch_digest", kRepository, "yes|no", "yes",
     "Give a recognised digest tool many files at once instead of calling digestcmd for each. Answers are compared "
     "with the template's own "
     "by sample."},
    {"digest", kRepository, "NAME ...", "sha256 sha1 md5",
     "Digests for presets in order of preference; the first that every host of the chain can compute is used."},
    {"nice", kRepository, "0..19", "10", "Niceness of digests and listings."},
    // How files move.
    {"transfer", kRepository, "auto|command|stream", "auto",
     "`command` calls synccmd for each file, `stream` moves files by itself, `auto` takes synccmd where it is given."},
    {"route", kRepository, "auto, or a list of pull push relay", "auto",
     "How the builtin transfer moves files. `pull`: the child reads from its parent; `push`: the parent writes to the "
     "child, which it reaches by the child's peerhost, "
     "peerport, peeruser and peerssh; `relay`: through the controller, which reads once for all children that want the "
     "same at about the same time. `auto` (all of them) and a list "
     "are tried in their order, once per hop and run, by a real read; a synccmd connects as it likes."},
    {"chunk", kRepository, "SIZE", "8M",
     "Granularity of digests inside big files, a multiple of 128K. The root's counts for its whole chain."},
    {"streams", kRepository, "1..64",
     "4, or 3 where others wait for what arrives; on a short way no more than the hosts have cores for, at least 2; "
     "for command hops 1",
     "Parallel streams per hop."},
    {"bwlimit", kRepository, "off|RATE|HH:MM,RATE ...", "off",
     "Bytes per second of a hop over all its streams, or a timetable as in `08:00,512k 19:00,off`. The builtin "
     "transfer keeps to it; a synccmd "
     "has to take ${BWLIMIT}, in kbit/s, which is what scp -l wants: where it does not, a run is refused."},
    {"compress", kRepository, "yes|no", "no",
     "Have ssh compress the data that this repository receives or sends by the builtin transfer."},
    {"stage", kRepository, "yes|no|FOLDER", "yes",
     "Where content is received and verified: in .sshsync below the repository, or in a folder on the same file "
     "system. With `no`, synccmd "
     "writes into the repository itself and nothing protects the old file; every run says so."},
    {"publish", kRepository, "file|together", "file",
     "`file` publishes each file as soon as its turn allows; `together` all of them or none: after every file is "
     "verified, by one command at the end. A run that is cut off in "
     "it is mended by the next one: it publishes the rest, or takes everything back."},
    {"metadata", kRepository, "yes|no", "no",
     "Also bring mode and mtime of unchanged files in line with the parent's."},
    {"links", kRepository, "skip|copy", "skip",
     "Symbolic links of the parent: `skip` them with a warning, or `copy` relative ones that stay inside the "
     "repository."},
    {"follow_symlinks", kRepository, "yes|no", "no", "Allow symbolic links among the folders of a path on the child."},
    // Which files.
    {"filter", kRepository, "+ PATTERN or - PATTERN, one a line", "all files",
     "The files of this hop by rsync's pattern rules: the first match wins, and what no line matches is selected. A "
     "folder that is left out "
     "hides everything in it. Files that are left out are neither copied nor deleted. Beyond rsync, {{REGEX}} in a "
     "pattern stands for what that regular expression, in RE2's syntax, matches as a whole at its place, / included: "
     "`- /logs/{{app[0-9]+}}.log`. Write \\{{ for two braces."},
    {"include", kRepository, "PATTERN, one a line", "none", "As `+ PATTERN`, behind those of `filter`."},
    {"exclude", kRepository, "PATTERN, one a line", "none", "As `- PATTERN`, behind those of `include`."},
    {"settle", kRepository, "TIME", "0",
     "Leave files of the parent alone that were modified within that time, by its own clock: they may still be "
     "arriving. They are looked at "
     "again when the other files are done; those that have not come to rest by then fail."},
    {"recheck", kRepository, "always|TIME", "always",
     "A file whose size, mtime, ctime and inode are those of its last verification is not read again until that is so "
     "old; the record of runs "
     "remembers it. Files that were changed within the seconds before are read in any case, as is everything where the "
     "host does not tell the ctime, "
     "after a change of host, account, folder, digestcmd, digest or chunk, and by `sshsync verify`. Damage that a disk "
     "does by itself is found only by reading."},
    {"delete", kRepository, "yes|no", "no",
     "Delete regular files of the child that its parent does not list, after all others are published, and the folders "
     "that this empties. "
     "Nothing is deleted where a listing is incomplete."},
    {"max_delete", kRepository, "N|N%", "10%",
     "Refuse to delete more files than that, or more than that share of the child's selected files, rounded up. It is "
     "judged before the first "
     "one; the copies are made, and the exit status is 8."},
    {"trash", kRepository, "yes|no", "no",
     "Keep what is replaced or deleted as .sshsync/trash/RUN/PATH on the child: a hard link, or a copy where there can "
     "be none."},
    {"trash_keep", kRepository, "TIME", "14d",
     "How long the trash is kept: at the end of a good run older folders of it are removed."},
    // Patience.
    {"timeout", kRepository, "TIME", "300", "How long a host may show no progress."},
    {"connect_timeout", kRepository, "TIME", "15", "The limit for one connection to be made."},
    {"wait", kRepository, "TIME", "15", "How long to keep trying a host before its first answer."},
    {"retries", kRepository, "N", "5",
     "Further tries of a file whose transfer failed, with growing pauses between them."},
    // The tool itself.
    {"jobs", kTool, "N", "16", "Children worked on at once."},
    {"max_sessions", kTool, "N", "16", "Sessions per host, over all its repositories."},
    {"state_dir", kTool, "FOLDER", "root: /var/lib/sshsync; others: below $XDG_STATE_HOME", "Where runs are recorded."},
    {"pid_file", kTool, "FILE", "root: /var/run/sshsync.pid; others: in state_dir",
     "The file whose lock keeps a second run out."},
    {"stop_at", kTool, "HH:MM", "none",
     "Local time at which a run ends in order, to be continued by `sshsync resume`."},
    {"keep_runs", kTool, "N", "100", "How many runs are remembered."},
    {"metrics_file", kTool, "FILE", "none", "Written after each run in the text format of Prometheus."},
    {"on_success", kTool, "TEMPLATE", "none",
     "Run on the controller after a run that ended with 0, with RUN, STATUS, SUMMARY and REPORT in its environment."},
    {"on_failure", kTool, "TEMPLATE", "none", "The same after any other end."},
    {"on_change", kTool, "TEMPLATE", "none", "The same after a run that changed a repository."},
};

constexpr absl::string_view kTemplates[] = {"listcmd",    "digestcmd",  "synccmd",  "deletecmd",
                                            "on_success", "on_failure", "on_change"};

constexpr absl::string_view kActions[] = {"list",  "stat", "digests", "chunks", "read",    "write", "seek",   "copy",
                                          "clone", "size", "pack",    "unpack", "settime", "flush", "rename", "space"};

constexpr absl::string_view kPresets[] = {"auto",  "gnu",     "busybox", "toybox", "bsd",
                                          "macos", "solaris", "aix",     "perl",   "posix"};

}  // namespace

absl::Span<const KeyInfo> AllKeys() { return kKeys; }

const KeyInfo* FindKey(absl::string_view name, KeyScope scope) {
  if (scope == kRepository && absl::StartsWith(name, kActionPrefix)) name = "action.NAME";
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const KeyInfo& key) { return key.scope == scope && key.name == name; });
  return found == std::end(kKeys) ? nullptr : &*found;
}

bool IsTemplateKey(absl::string_view name) {
  return absl::StartsWith(name, kActionPrefix) ||
         std::find(std::begin(kTemplates), std::end(kTemplates), name) != std::end(kTemplates);
}

absl::Span<const absl::string_view> PresetActions() { return kActions; }

absl::Span<const absl::string_view> PresetNames() { return kPresets; }

}  // namespace sshsync
