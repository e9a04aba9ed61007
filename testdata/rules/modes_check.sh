#!/bin/sh
# What no rule asserts by itself: that the nodes can run what arrived.
for node in "$REPO_appnode1" "$REPO_appnode2"; do
  [ "$("$node/bin/app")" = "version 2" ] || { echo "$node/bin/app does not run"; exit 1; }
done
