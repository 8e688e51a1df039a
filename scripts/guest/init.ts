import { dirname } from 'node:path';

/** Where a guest of QEMU's user network finds this machine's own loopback (QEMU, "Using the user mode network stack"). */
export const HOST_IN_GUEST = '10.0.2.2';
/** Scripts that may run at the same time. */
const SHELLS = 4;

/** The guest's first program: modules, network, this machine's root, and the shells. */
export function initScript(port: number): string {
  return `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sysfs /sys; $b mount -t devtmpfs dev /dev
while read -r module; do $b insmod /modules/$module || echo "no $module"; done < /modules/order
$b ip link set lo up; $b ip link set eth0 up; $b ip addr add 10.0.2.15/24 dev eth0
$b mount -t 9p -o trans=virtio,ro,version=9p2000.L,cache=loose,msize=262144 root /root || echo "no root"
for folder in proc sys dev; do $b mount --move /$folder /root/$folder; done
$b mount --bind /root /host
for folder in tmp run; do $b mount -t tmpfs tmpfs /root/$folder; done
${uncovered(process.cwd())}
$b mkdir -p /root/dev/pts /root/dev/shm; $b mount -t devpts devpts /root/dev/pts
$b cat > /root/run/rootline.sh <<'END'
${GUEST_FUNCTIONS}
END
$b cat > /root/run/shell <<'END'
while busybox nc ${HOST_IN_GUEST} ${port} -e /bin/sh; do :; done
busybox reboot -f
END
$b cat > /root/run/start <<'END'
for shell in ${Array.from({ length: SHELLS }, (_, index) => index).join(' ')}; do sh /run/shell & done
while true; do sleep 1000; done
END
exec $b chroot /root /bin/sh /run/start
`;
}

/** A repository that is itself below /tmp or /run is under what the guest put there: it is laid on top again. */
function uncovered(folder: string): string {
  if (!/^\/(tmp|run)\//.test(folder)) return '';
  return `$b mkdir -p /root${folder}; $b mount --bind /host${folder} /root${folder}`;
}

/** What every script has. */
const GUEST_FUNCTIONS = `export PATH=${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp
cd ${process.cwd()}
until_says() { until_true grep -q "$2" "$1" || { echo "no $2 in $1:"; cat "$1"; return 1; }; }
until_true() { end=$(($(date +%s)+50)); until "$@"; do [ $(date +%s) -lt $end ] || return 1; sleep 0.1; done; }
usb_devices() { for d in /sys/bus/usb/devices/[0-9]*-[0-9]*; do case $d in *:*) ;; *) echo "\${d##*/}" "$(cat $d/devnum)";; esac; done; }
attach() {
  usb_devices > /tmp/before.$$
  usbip --tcp-port "$1" attach -r ${HOST_IN_GUEST} -b "\${2:-1-1}" >/tmp/attach.$$ 2>&1 || { cat /tmp/attach.$$; return 1; }
  until_true new_device || return 1
  cat /tmp/new.$$
}
bus_empty() { usb_devices 2>/dev/null | cut -d' ' -f1 > /tmp/bus.$$; ! grep -q '^[0-9]*-[0-9]*$' /tmp/bus.$$; }
new_device() { usb_devices | grep -vxFf /tmp/before.$$ | cut -d' ' -f1 > /tmp/new.$$; [ -s /tmp/new.$$ ]; }
keep_attached() {
  while :; do usbip --tcp-port "$1" attach -r ${HOST_IN_GUEST} -b "\${2:-1-1}" || true; sleep 0.2; done >/dev/null 2>&1 &
  keepers="$keepers $!"
  trap 'kill $keepers' EXIT
}`;
