// glibc's way to say where names are looked up, instead of /etc/nsswitch.conf.
#pragma once
#include <nss.h>
