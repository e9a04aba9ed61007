# The log exists before the first run, lest that run be root's and the account sshsync be shut out. Made by that account: the folder is its own.
if [ ! -e /var/log/sshsync/sshsync.log ]; then
  setpriv --reuid=sshsync --regid=sshsync --init-groups sh -c 'umask 027 && : >>/var/log/sshsync/sshsync.log'
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload >/dev/null || true; fi
