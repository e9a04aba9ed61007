# The account that runs cascades. Its home is the state folder: its keys are in /var/lib/sshsync/.ssh. It has a shell, for ssh runs the commands of
# jump hosts by the account's shell, and no password.
if ! getent passwd sshsync >/dev/null; then
  if getent group sshsync >/dev/null; then group=--gid=sshsync; else group=--user-group; fi
  useradd --system "$group" --home-dir /var/lib/sshsync --no-create-home --shell /bin/sh --comment 'sshsync' sshsync
fi
