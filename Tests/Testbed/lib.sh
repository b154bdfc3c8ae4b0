# Part of Apus, Apache-2.0. See LICENSE.
# Common functions of the testbed scripts. Source it; it does nothing by itself.
# Every script acts only on the state directory it is given and only on
# processes whose pid AND start time it recorded there.

die() { echo "${0##*/}: $*" >&2; exit 1; }
note() { [ -n "${TB_QUIET:-}" ] || echo "${0##*/}: $*" >&2; }

# start time (clock ticks since boot) of a pid: together they name a process for good
tb_start() { # the command name may hold blanks: cut at the last ')'
  local s; s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  s=${s##*) }; set -- $s; echo "${20}"
}
tb_record() { # FILE PID
  echo "$2 $(tb_start "$2")" > "$1.tmp" && mv "$1.tmp" "$1"
}
tb_pid() { # FILE -> pid when that very process still runs
  local p s; [ -r "$1" ] || return 1
  read -r p s < "$1" || return 1
  [ -n "$s" ] && [ "$(tb_start "$p")" = "$s" ] || return 1
  # a zombie is not alive
  case $(cat "/proc/$p/stat" 2>/dev/null) in *") Z "*) return 1;; esac
  echo "$p"
}
tb_alive() { tb_pid "$1" >/dev/null; }
tb_wait() { # SECONDS WHAT CMD... : poll every 20 ms until CMD succeeds or the time is over
  local end=$(( ${EPOCHREALTIME/[.,]/} / 1000 + $1 * 1000 )) what=$2; shift 2
  while ! "$@" >/dev/null 2>&1; do
    [ $(( ${EPOCHREALTIME/[.,]/} / 1000 )) -lt $end ] || { note "gave up waiting for: $what"; return 1; }
    sleep 0.02
  done
}
tb_gone() { ! tb_alive "$1"; }
tb_stop() { # FILE [SIGNAL] [SECONDS]: end one recorded process, KILL after SECONDS
  local p; p=$(tb_pid "$1") || { rm -f "$1"; return 0; }
  kill -"${2:-TERM}" "$p" 2>/dev/null
  tb_wait "${3:-5}" "end of $p" tb_gone "$1" || { kill -KILL "$p" 2>/dev/null; tb_wait 5 "kill of $p" tb_gone "$1"; }
  rm -f "$1"
}
tb_abs() { mkdir -p "$1" || exit 1; (cd "$1" && pwd -P); }
tb_mark() { # STATE KIND: refuse a directory that is neither empty nor ours
  if [ -e "$1/.testbed-$2" ]; then return 0; fi
  [ -z "$(ls -A "$1")" ] || die "$1 is not empty and was not made by this script"
  : > "$1/.testbed-$2"
}
tb_is() { [ -e "$1/.testbed-$2" ] || die "$1 is not a '$2' state directory"; }

# ---- namespaces ("hosts") ----
ns_pid() { tb_pid "$1/host/$2/init.pid"; }
ns_net() { # STATE HOST CMD: run CMD in the network namespace only (own /proc, own pids)
  local p; p=$(ns_pid "$1" "$2") || die "host $2 is not up"; shift 2
  nsenter -t "$p" -n "$@"
}
ns_all() { # STATE HOST CMD: run CMD as if on that host, in the current directory
  local p; p=$(ns_pid "$1" "$2") || die "host $2 is not up"; shift 2
  nsenter -t "$p" -n -u -i -m -p /bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@"
}
