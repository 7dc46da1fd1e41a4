#ifndef THIMBLE_CCURL_SHIM_H
#define THIMBLE_CCURL_SHIM_H

#include <curl/curl.h>

#endif
