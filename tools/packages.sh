# packages.sh: sourced by tools/demo and tools/test; installs what packages.debian lists
# SPDX-License-Identifier: LGPL-2.1-or-later

# need_packages KIND...: installs the missing packages of these kinds.
need_packages() {
  local here list missing
  here=$(dirname "${BASH_SOURCE[0]}")
  list=$(awk -v kinds=" $* " '!/^#/ && NF == 2 && index(kinds, " " $1 " ") { print $2 }' "$here/packages.debian")
  missing=$(for package in $list; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
  done)
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "$0: not a Debian system; it needs what these packages of Debian 12 hold:" $missing >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "$0: run this once as root, then start again: apt-get install -y --no-install-recommends" $missing >&2
    return 1
  fi
  echo "$0: installing" $missing >&2
  apt-get update -q >&2 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
}
