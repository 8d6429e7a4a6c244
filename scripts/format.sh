#!/bin/sh
# Rewrites every Java source to the form that the build checks.
cd "$(dirname "$0")/.." && exec mvn -q -N validate -Dformat.mode=apply
