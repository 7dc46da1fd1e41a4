#ifndef THIMBLE_CPNG_H
#define THIMBLE_CPNG_H

#endif
