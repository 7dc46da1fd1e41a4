#ifndef THIMBLE_CJPEG_H
#define THIMBLE_CJPEG_H

#endif
