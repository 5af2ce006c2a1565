#include <cstring>

#include <heed/backends/onednn/strided_copy.h>
#include <heed/graph/error.h>

namespace heed::onednn {

namespace {

constexpr std::size_t source_of = 0;
constexpr std::size_t target_of = 1;
constexpr std::int64_t long_row = 16384;

template <typename Body>
void with_element(std::int64_t bytes, const Body& body) {
  switch (bytes) {
    case 1:
      return body(std::uint8_t{});
    case 2:
      return body(std::uint16_t{});
    case 4:
      return body(std::uint32_t{});
    case 8:
      return body(std::uint64_t{});
    default:
      throw InternalError("copy: an element of an odd size");
  }
}

template <typename T>
void copy_row(const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride, std::int64_t count) {
  if (from_stride == 1 && to_stride == 1) {
    std::memcpy(to, from, as_size(count) * sizeof(T));
  } else if (from_stride == 0 && to_stride == 1) {
    std::fill_n(to, count, *from);
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i * to_stride] = from[i * from_stride];
  }
}

// Where target rows run across source rows. Each cache line of either side is touched once as a whole, so
// that large powers of two between rows do not make lines drive each other out.
template <typename T>
struct Tile {
  static constexpr std::int64_t side = 64 / sizeof(T);

  static void transpose(const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride,
                        std::int64_t rows, std::int64_t columns) {
    T lines[side][side];
    if (rows == side && columns == side) {
      for (std::int64_t c = 0; c < side; ++c) std::memcpy(lines[c], from + c * from_stride, sizeof lines[c]);
      for (std::int64_t r = 0; r < side; ++r) {
        T line[side];
        for (std::int64_t c = 0; c < side; ++c) line[c] = lines[c][r];
        std::memcpy(to + r * to_stride, line, sizeof line);
      }
      return;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) to[r * to_stride + c] = from[c * from_stride + r];
    }
  }
};

// Cuts a long last axis in two, so that there are rows enough to share out.
void cut_long_rows(Walk& walk) {
  if (walk.sizes.empty()) return;
  const std::int64_t inner = walk.sizes.back();
  if (inner <= long_row || inner % 64 != 0) return;
  std::int64_t part = inner;
  while (part > long_row && part % 2 == 0) part /= 2;
  if (part > 4 * long_row) return;
  walk.sizes.back() = inner / part;
  walk.sizes.push_back(part);
  for (Strides& strides : walk.strides) {
    const std::int64_t step = strides.back();
    strides.back() = step * part;
    strides.push_back(step);
  }
}

// Moves the axis along which the source is contiguous next to the last one.
bool bring_contiguous_axis(Walk& walk) {
  const std::size_t rank = walk.sizes.size();
  if (rank < 2 || walk.strides[target_of].back() != 1) return false;
  if (walk.strides[source_of].back() == 1 || walk.strides[source_of].back() == 0) return false;
  for (std::size_t axis = 0; axis + 1 < rank; ++axis) {
    if (walk.strides[source_of][axis] != 1) continue;
    std::rotate(walk.sizes.begin() + static_cast<std::ptrdiff_t>(axis),
                walk.sizes.begin() + static_cast<std::ptrdiff_t>(axis) + 1, walk.sizes.end() - 1);
    for (Strides& strides : walk.strides) {
      std::rotate(strides.begin() + static_cast<std::ptrdiff_t>(axis),
                  strides.begin() + static_cast<std::ptrdiff_t>(axis) + 1, strides.end() - 1);
    }
    return true;
  }
  return false;
}

}  // namespace

StridedCopy::StridedCopy(DType dtype, const Shape& shape, const Strides& source, const Strides& target)
    : walk_(collapse(shape, {source, target})), element_(static_cast<std::int64_t>(size_of(dtype))) {
  transposes_ = bring_contiguous_axis(walk_);
  if (!transposes_) cut_long_rows(walk_);
}

void StridedCopy::copy_rows(const std::byte* source, std::byte* target, std::int64_t begin,
                            std::int64_t end) const {
  const std::int64_t from_stride = walk_.inner_stride(source_of);
  const std::int64_t to_stride = walk_.inner_stride(target_of);
  with_element(element_, [&](auto element) {
    using T = decltype(element);
    for (std::int64_t row = begin; row < end; ++row) {
      copy_row(reinterpret_cast<const T*>(source) + walk_.row_offset(row, source_of), from_stride,
               reinterpret_cast<T*>(target) + walk_.row_offset(row, target_of), to_stride, walk_.inner());
    }
  });
}

// [begin, end) counts strips of tiles: all columns of `side` target rows.
void StridedCopy::copy_tiles(const std::byte* source, std::byte* target, std::int64_t begin,
                             std::int64_t end) const {
  const std::size_t rank = walk_.sizes.size();
  const std::int64_t rows = walk_.sizes[rank - 2];
  const std::int64_t columns = walk_.sizes[rank - 1];
  const std::int64_t from_stride = walk_.strides[source_of][rank - 1];
  const std::int64_t to_stride = walk_.strides[target_of][rank - 2];
  with_element(element_, [&](auto element) {
    using T = decltype(element);
    const std::int64_t side = Tile<T>::side;
    const std::int64_t strips = ceil_div(rows, side);
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const std::int64_t first = strip % strips * side;
      const std::int64_t row = strip / strips * rows + first;
      const T* from = reinterpret_cast<const T*>(source) + walk_.row_offset(row, source_of);
      T* to = reinterpret_cast<T*>(target) + walk_.row_offset(row, target_of);
      for (std::int64_t c = 0; c < columns; c += side) {
        Tile<T>::transpose(from + c * from_stride, from_stride, to + c, to_stride,
                           std::min(side, rows - first), std::min(side, columns - c));
      }
    }
  });
}

void StridedCopy::run(ThreadPool& pool, const std::byte* source, std::byte* target) const {
  const std::int64_t elements = walk_.elements();
  if (elements == 0) return;
  if (transposes_) {
    const std::int64_t side = 64 / element_;
    const std::int64_t rows = walk_.sizes[walk_.sizes.size() - 2];
    const std::int64_t strips = elements / (rows * walk_.inner()) * ceil_div(rows, side);
    for_ranges(pool, strips, rows_per_piece(std::min(side, rows) * walk_.inner()),
               [&](std::int64_t begin, std::int64_t end, int) { copy_tiles(source, target, begin, end); });
    return;
  }
  for_ranges(pool, elements / walk_.inner(), rows_per_piece(walk_.inner()),
             [&](std::int64_t begin, std::int64_t end, int) { copy_rows(source, target, begin, end); });
}

}  // namespace heed::onednn
