#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive file may hold any number of scans, each of which costs a pass over the whole image: some 30 ns a block,
// so that the visits allowed take about 3 s. No encoder writes more scans than a few dozen.
enum { usual_scans = 30, maximum_scans = 500, maximum_block_visits = 100000000, rows_per_call = 16 };

struct thimble_jpeg {
  struct jpeg_decompress_struct decompress;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  /// The file, its size, and how many of its bytes are there.
  const uint8_t *bytes;
  size_t count, available;
  thimble_jpeg_wait *wait;
  void *context;
  /// Where rows go that nobody wants.
  JSAMPARRAY scratch;
  jmp_buf failure;
  thimble_jpeg_status status;
  char message[JMSG_LENGTH_MAX];
};

static thimble_jpeg *owner(j_common_ptr common) { return (thimble_jpeg *)common->client_data; }

static void fail(j_common_ptr common) {
  thimble_jpeg *jpeg = owner(common);
  if (jpeg->status == THIMBLE_JPEG_OK) {
    jpeg->status = common->err->msg_code == JERR_OUT_OF_MEMORY ? THIMBLE_JPEG_OUT_OF_MEMORY : THIMBLE_JPEG_CORRUPT;
    common->err->format_message(common, jpeg->message);
  }
  longjmp(jpeg->failure, 1);
}

// libjpeg's warnings are about damage that it repaired; Pillow passes over them as well.
static void ignore_message(j_common_ptr common) { (void)common; }
static void ignore_warning(j_common_ptr common, int level) {
  if (level < 0) common->err->num_warnings++;
}

// Blocks of all components.
static size_t blocks(const struct jpeg_decompress_struct *decompress) {
  size_t count = 0;
  for (int index = 0; index < decompress->num_components; index++) {
    const jpeg_component_info *component = &decompress->comp_info[index];
    // A scan of several components has whole units of them.
    count += ((size_t)component->width_in_blocks + (size_t)component->h_samp_factor)
           * ((size_t)component->height_in_blocks + (size_t)component->v_samp_factor);
  }
  return count;
}

static void limit_scans(j_common_ptr common) {
  thimble_jpeg *jpeg = owner(common);
  size_t scans = (size_t)jpeg->decompress.input_scan_number;
  if (scans > maximum_scans
      || (scans > usual_scans && scans * blocks(&jpeg->decompress) > maximum_block_visits)) {
    jpeg->status = THIMBLE_JPEG_CORRUPT;
    snprintf(jpeg->message, sizeof jpeg->message, "more than %zu scans", scans - 1);
    fail(common);
  }
}

static void nothing(j_decompress_ptr decompress) { (void)decompress; }

static void stop(thimble_jpeg *jpeg, thimble_jpeg_status status, const char *message) {
  jpeg->status = status;
  snprintf(jpeg->message, sizeof jpeg->message, "%s", message);
  fail((j_common_ptr)&jpeg->decompress);
}

// Waits for the byte at `position`. The file does not move, so that nothing is copied: there is only more of it.
static void await_byte(thimble_jpeg *jpeg, size_t position) {
  if (position >= jpeg->count) stop(jpeg, THIMBLE_JPEG_TRUNCATED, "end of data");
  if (position < jpeg->available) return;
  size_t available = jpeg->wait(jpeg->context, position);
  if (available <= position) stop(jpeg, THIMBLE_JPEG_INTERRUPTED, "the rest did not come");
  jpeg->available = available;
}

// libjpeg asks when it has used all that was there, of which it tells the source only later.
static boolean fill_buffer(j_decompress_ptr decompress) {
  thimble_jpeg *jpeg = owner((j_common_ptr)decompress);
  size_t position = jpeg->available;
  await_byte(jpeg, position);
  jpeg->source.next_input_byte = jpeg->bytes + position;
  jpeg->source.bytes_in_buffer = jpeg->available - position;
  return TRUE;
}

static void skip_data(j_decompress_ptr decompress, long count) {
  if (count <= 0) return;
  thimble_jpeg *jpeg = owner((j_common_ptr)decompress);
  size_t position = (size_t)(jpeg->source.next_input_byte - jpeg->bytes);
  if ((size_t)count > jpeg->count - position) stop(jpeg, THIMBLE_JPEG_TRUNCATED, "end of data");
  position += (size_t)count;
  await_byte(jpeg, position - 1);
  jpeg->source.next_input_byte = jpeg->bytes + position;
  jpeg->source.bytes_in_buffer = jpeg->available - position;
}

thimble_jpeg *thimble_jpeg_create(
  const uint8_t *bytes, size_t count, size_t available, thimble_jpeg_wait *wait, void *context) {
  thimble_jpeg *jpeg = calloc(1, sizeof *jpeg);
  if (jpeg == NULL) return NULL;
  jpeg->bytes = bytes;
  jpeg->count = count;
  jpeg->available = available;
  jpeg->wait = wait;
  jpeg->context = context;
  jpeg->decompress.err = jpeg_std_error(&jpeg->errors);
  jpeg->errors.error_exit = fail;
  jpeg->errors.output_message = ignore_message;
  jpeg->errors.emit_message = ignore_warning;
  jpeg->decompress.client_data = jpeg;
  if (setjmp(jpeg->failure)) {
    thimble_jpeg_destroy(jpeg);
    return NULL;
  }
  jpeg_create_decompress(&jpeg->decompress);
  jpeg->source = (struct jpeg_source_mgr){
    .next_input_byte = bytes, .bytes_in_buffer = available, .init_source = nothing,
    .fill_input_buffer = fill_buffer, .skip_input_data = skip_data,
    .resync_to_restart = jpeg_resync_to_restart, .term_source = nothing,
  };
  jpeg->decompress.src = &jpeg->source;
  jpeg->progress.progress_monitor = limit_scans;
  jpeg->decompress.progress = &jpeg->progress;
  return jpeg;
}

void thimble_jpeg_destroy(thimble_jpeg *jpeg) {
  if (jpeg == NULL) return;
  jpeg_destroy_decompress(&jpeg->decompress);
  free(jpeg);
}

thimble_jpeg_status thimble_jpeg_read_header(thimble_jpeg *jpeg) {
  if (setjmp(jpeg->failure)) return jpeg->status;
  jpeg_read_header(&jpeg->decompress, TRUE);
  return THIMBLE_JPEG_OK;
}

uint32_t thimble_jpeg_width(const thimble_jpeg *jpeg) { return jpeg->decompress.image_width; }
uint32_t thimble_jpeg_height(const thimble_jpeg *jpeg) { return jpeg->decompress.image_height; }
uint32_t thimble_jpeg_components(const thimble_jpeg *jpeg) { return (uint32_t)jpeg->decompress.num_components; }

size_t thimble_jpeg_memory(thimble_jpeg *jpeg) {
  struct jpeg_decompress_struct *decompress = &jpeg->decompress;
  // Rows of blocks as samples, with those above and below, and as pixels.
  size_t rows = (size_t)decompress->max_v_samp_factor * DCTSIZE;
  size_t bytes = 3 * rows * decompress->image_width * (size_t)decompress->num_components;
  if (jpeg_has_multiple_scans(decompress)) bytes += blocks(decompress) * sizeof(JBLOCK);
  return bytes;
}

int thimble_jpeg_has_adobe_marker(const thimble_jpeg *jpeg) { return jpeg->decompress.saw_Adobe_marker; }

thimble_jpeg_status thimble_jpeg_start(thimble_jpeg *jpeg, thimble_jpeg_rows rows, int is_fast) {
  if (setjmp(jpeg->failure)) return jpeg->status;
  // Everything else stays at libjpeg's defaults: smooth upsampling among them.
  switch (rows) {
    case THIMBLE_JPEG_GRAY: jpeg->decompress.out_color_space = JCS_GRAYSCALE; break;
    case THIMBLE_JPEG_RGBX: jpeg->decompress.out_color_space = JCS_EXT_RGBX; break;
    case THIMBLE_JPEG_CMYK: jpeg->decompress.out_color_space = JCS_CMYK; break;
  }
  if (is_fast) jpeg->decompress.dct_method = JDCT_IFAST;
  jpeg_start_decompress(&jpeg->decompress);
  JDIMENSION row_bytes = jpeg->decompress.output_width * (JDIMENSION)jpeg->decompress.output_components;
  jpeg->scratch = jpeg->decompress.mem->alloc_sarray((j_common_ptr)&jpeg->decompress, JPOOL_IMAGE, row_bytes, 1);
  return THIMBLE_JPEG_OK;
}

// jpeg_skip_scanlines disturbs the rows after it where several rows come out of each row of samples without
// being blended with their neighbours (seen with libjpeg-turbo 2.1.5: 4:1:0, 4:4:1, very narrow images).
// What cameras and encoders write is safe: all components at full height, or (4:2:0, 4:4:0) the two colours at
// half of it.
static int can_skip(const struct jpeg_decompress_struct *decompress) {
  if (decompress->max_v_samp_factor == 1) return 1;
  if (decompress->max_v_samp_factor > 2 || decompress->max_h_samp_factor > 2) return 0;
  // Nor the gray of a coloured image: its colours are passed over as well.
  if (decompress->num_components < 3 || decompress->out_color_space == JCS_GRAYSCALE) return 0;
  for (int index = 1; index < 3; index++) {
    const jpeg_component_info *color = &decompress->comp_info[index];
    if (color->h_samp_factor != 1 || color->v_samp_factor != 1 || color->downsampled_width <= 2) return 0;
  }
  return 1;
}

thimble_jpeg_status thimble_jpeg_read_rows(thimble_jpeg *jpeg, uint8_t *rows, size_t stride, size_t count) {
  if (setjmp(jpeg->failure)) return jpeg->status;
  for (size_t done = 0; done < count;) {
    JSAMPROW pointers[rows_per_call];
    size_t wanted = count - done < rows_per_call ? count - done : rows_per_call;
    for (size_t index = 0; index < wanted; index++) pointers[index] = rows + (done + index) * stride;
    JDIMENSION got = jpeg_read_scanlines(&jpeg->decompress, pointers, (JDIMENSION)wanted);
    if (got == 0) {
      snprintf(jpeg->message, sizeof jpeg->message, "no more rows");
      return jpeg->status = THIMBLE_JPEG_CORRUPT;
    }
    done += got;
  }
  return THIMBLE_JPEG_OK;
}

thimble_jpeg_status thimble_jpeg_skip_rows(thimble_jpeg *jpeg, size_t count) {
  if (setjmp(jpeg->failure)) return jpeg->status;
  if (can_skip(&jpeg->decompress)) {
    jpeg_skip_scanlines(&jpeg->decompress, (JDIMENSION)count);
    return THIMBLE_JPEG_OK;
  }
  for (size_t row = 0; row < count; row++) {
    if (jpeg_read_scanlines(&jpeg->decompress, jpeg->scratch, 1) == 0) break;
  }
  return THIMBLE_JPEG_OK;
}

const char *thimble_jpeg_message(const thimble_jpeg *jpeg) { return jpeg->message; }
