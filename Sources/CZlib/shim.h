#ifndef THIMBLE_CZLIB_SHIM_H
#define THIMBLE_CZLIB_SHIM_H

#include <zlib.h>

#endif
