#!/usr/bin/env bash
# Starts Keycloak and stops it as soon as it serves and has its administrator: which of the two comes first
# depends on the version. Nothing but bash: the official image has little else.
set -eu
coproc keycloak { exec /opt/keycloak/bin/kc.sh start --optimized 2>&1; }
server=$keycloak_PID
exec {log}<&"${keycloak[0]}"

serves= administrator= stopped=
while IFS= read -r line <&"$log"; do
  echo "$line"
  [[ $line == *' started in '* ]] && serves=yes
  [[ $line == *'temporary admin user'* ]] && administrator=yes
  if [[ $serves && $administrator && ! $stopped ]]; then
    stopped=yes
    kill "$server"
  fi
done
[[ $stopped ]]
