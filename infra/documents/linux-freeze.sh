#!/bin/sh
# Freezes the file systems of a Linux instance for a backup, and thaws them: what infra/documents/linux-freeze.yml runs,
# by the contract that Amazon Data Lifecycle Manager has for such documents.
#
#   OPERATION=pre-script    freezes; 60 s later they thaw by themselves, whatever became of the backup
#   OPERATION=post-script   thaws
#   OPERATION=dry-run       says what would be frozen
#
# Exit codes: 201 pre-script failed, 202 post-script failed, 203 they had thawed by themselves, 204 frozen already,
# 205 not frozen, 206 nothing here can be frozen.
#
# The file system of the system is never frozen, nor any that Systems Manager's agent writes to: it would not hear of the
# thaw. Needs root, and fsfreeze and setsid of util-linux.

# A mount point may hold what else would be a pattern.
set -f

OPERATION=${1:-${OPERATION:-dry-run}}
# Whose freeze it is; given only to the timer, which is a copy of this script.
TOKEN=${2:-}
EXECUTION_ID=${EXECUTION_ID:-None}
AUTO_THAW_SECONDS=${4:-${AUTO_THAW_SECONDS:-60}}
# In memory: nothing of it outlives a restart, as no freeze does.
STATE=${3:-${STATE:-/run/ec2-backup-freeze}}
MOUNTS=${MOUNTS:-/proc/self/mountinfo}
# What must go on being written to or run from.
NEEDED=${NEEDED:-/ /bin /usr /usr/sbin /run /tmp /dev /etc /var/log/amazon /var/lib/amazon /var/log /var/snap /var/lib/snapd /root}

# Not echo, which in some shells reads what a backslash means.
line() { printf '%s\n' "$*"; }
say() { line "ec2-backup $OPERATION $EXECUTION_ID: $*"; }

# The device, its source and the mount point, as mountinfo writes it, of every file system that can be frozen and is not
# needed: those mounted last come first, as they may lie in files of others.
freezable() {
  needed=$(for path in $NEEDED; do stat -c %m "$path" 2>/dev/null; done)
  NEEDED_MOUNTS=$needed awk '
    BEGIN {
      count = split(ENVIRON["NEEDED_MOUNTS"], mounts, "\n")
      for (i = 1; i <= count; i++) needed[mounts[i]] = 1
    }
    {
      device = $3; target = $5; options = "," $6 ","
      for (i = 7; i <= NF && $i != "-"; i++) {}
      type = $(i + 1); source = $(i + 2)
      if (target in needed) { system_[device] = 1; system_[source] = 1; next }
      if (type !~ /^(ext3|ext4|xfs|btrfs|f2fs|jfs)$/ || source !~ /^\/dev\// || options ~ /,ro,/) next
      rows[++found] = device " " source " " target
    }
    END {
      for (i = found; i >= 1; i--) {
        split(rows[i], row, " ")
        if (row[1] in system_ || row[2] in system_ || row[1] in seen || row[2] in seen) continue
        seen[row[1]] = 1; seen[row[2]] = 1
        print row[3]
      }
    }' "$MOUNTS"
}

# A mount point as mountinfo writes it (\040 is a space) as it is.
plain() { printf '%b' "$1"; }

# Thaws all of a list, those frozen last first, and leaves in it what could not be; false where there is any.
thaw_all() {
  frozen=$(sed '1!G;h;$!d' "$1")
  left=''
  for target in $frozen; do
    if fsfreeze --unfreeze "$(plain "$target")"; then say "thawed $target"; else left="$target $left"; fi
  done
  for target in $left; do line "$target"; done > "$1"
  [ -z "$left" ]
}

pre_script() {
  targets=$(freezable)
  if [ -z "$targets" ]; then
    say 'no file system can be frozen besides those that the system needs' >&2
    exit 206
  fi
  mkdir -p "$STATE" && chmod 700 "$STATE" || exit 201
  mkdir "$STATE/frozen" 2>/dev/null || { say 'it is frozen already' >&2; exit 204; }
  rm -f "$STATE/thawed-itself"
  TOKEN="$EXECUTION_ID.$$.$(date +%s)"
  # The timer runs before anything is frozen, in a session of its own: it ends neither with us nor with the agent.
  if ! { line "$TOKEN" > "$STATE/frozen/token" && : > "$STATE/frozen/list" && cp "$0" "$STATE/timer"; }; then
    rm -rf "$STATE/frozen"
    exit 201
  fi
  setsid sh "$STATE/timer" auto-thaw "$TOKEN" "$STATE" "$AUTO_THAW_SECONDS" < /dev/null > /dev/null 2>&1 &
  line "$!" > "$STATE/frozen/timer"
  for target in $targets; do
    # Listed first: should we be killed now, the timer thaws it.
    line "$target" 2>/dev/null >> "$STATE/frozen/list" || gone
    if fsfreeze --freeze "$(plain "$target")"; then
      say "frozen $target"
    else
      # Frozen by somebody else, perhaps, who will thaw it.
      sed -i '$d' "$STATE/frozen/list"
      say "cannot freeze $target" >&2
      give_up
    fi
    # Whoever has thawed the list while this one was being frozen may have come too early for it.
    is_ours || { fsfreeze --unfreeze "$(plain "$target")"; gone; }
  done
}

is_ours() { [ "$(cat "$STATE/frozen/token" 2>/dev/null)" = "$TOKEN" ]; }

gone() {
  say 'it took so long that it was thawed meanwhile' >&2
  exit 201
}

give_up() {
  thaw_all "$STATE/frozen/list" && end_freeze
  exit 201
}

# What the directory says is frozen until it is gone: whoever dies before that leaves it to the timer.
end_freeze() {
  kill "$(cat "$STATE/frozen/timer")" 2>/dev/null
  rm -rf "$STATE/frozen"
}

post_script() {
  if [ -d "$STATE/frozen" ]; then
    if ! thaw_all "$STATE/frozen/list"; then
      # The timer goes on, and another post-script may try.
      say 'not everything could be thawed' >&2
      exit 202
    fi
    end_freeze
  elif [ ! -e "$STATE/thawed-itself" ]; then
    say 'it is not frozen' >&2
    exit 205
  fi
  if [ -e "$STATE/thawed-itself" ]; then
    rm -f "$STATE/thawed-itself"
    say 'it had thawed by itself' >&2
    exit 203
  fi
}

# In the timer. A post-script may be at it at the same time: what it has thawed cannot be thawed again, hence a few tries.
auto_thaw() {
  sleep "$AUTO_THAW_SECONDS"
  is_ours || exit 0
  : > "$STATE/thawed-itself"
  for _ in 1 2 3 4 5; do
    thaw_all "$STATE/frozen/list" && break
    is_ours || exit 0
    sleep 1
  done
  # Also where something could not be thawed: for the next one it is not we who keep it frozen.
  if is_ours; then rm -rf "$STATE/frozen"; fi
}

case $OPERATION in
  pre-script) pre_script ;;
  post-script) post_script ;;
  dry-run)
    say 'would freeze:'
    freezable
    ;;
  auto-thaw) auto_thaw ;;
  *)
    say 'expected pre-script, post-script or dry-run' >&2
    exit 1
    ;;
esac
