#include <cstring>

#include <heed/backends/onednn/gather.h>
#include <heed/backends/onednn/reduce_rows.h>
#include <heed/backends/onednn/strided_copy.h>

namespace heed::onednn {

namespace {

std::int64_t element_bytes(const TensorType& type) {
  return static_cast<std::int64_t>(size_of(type.dtype));
}

// The number of elements behind the first axis.
std::int64_t row_elements(const Shape& table) {
  return table.without(0).elements();
}

bool is_inside(std::int32_t index, std::int64_t size) {
  return index >= 0 && index < size;
}

// A copy into the dense output, unless it already lies there.
StridedCopy copy_of(const TensorLayout& source, const TensorLayout& output) {
  return StridedCopy(output.type.dtype, output.type.shape, source.strides, output.strides);
}

}  // namespace

host::Kernel make_gather_rows(const GatherRows&, const host::KernelRequest& request) {
  const TensorType& table = request.inputs[0].type;
  const std::int64_t bytes = row_elements(table.shape) * element_bytes(table);
  const std::int64_t rows = table.shape[0];
  const std::int64_t count = bytes == 0 ? 0 : request.inputs[1].type.shape.elements();
  return {[=](const host::KernelCall& call) {
            const auto* indices = call.input<std::int32_t>(1);
            for_ranges(call.pool, count, rows_per_piece(bytes, 65536),
                       [&](std::int64_t begin, std::int64_t end, int) {
                         for (std::int64_t i = begin; i < end; ++i) {
                           std::byte* to = call.outputs[0] + i * bytes;
                           if (is_inside(indices[i], rows)) {
                             std::memcpy(to, call.inputs[0] + indices[i] * bytes, as_size(bytes));
                           } else {
                             std::memset(to, 0, as_size(bytes));
                           }
                         }
                       });
          },
          0};
}

bool accepts_scatter_add(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32 || inputs[0].dtype == DType::i32;
}

// A piece owns some columns of all rows, or, where rows are short, all columns of some rows; so additions to
// one place happen in the order of the indices.
host::Kernel make_scatter_add(const ScatterAdd&, const host::KernelRequest& request) {
  constexpr std::int64_t columns = 64;
  constexpr std::int64_t row_parts = 8;
  const TensorType& type = request.outputs[0].type;
  const std::int64_t row = row_elements(type.shape);
  const std::int64_t rows = type.shape[0];
  const std::int64_t count = request.inputs[1].type.shape.elements();
  const std::int64_t parts = row > 2 * columns || count * row < 16384 ? 1 : row_parts;
  const std::int64_t column_pieces = rows == 0 || count == 0 ? 0 : ceil_div(row, columns);
  const std::int64_t part_rows = ceil_div(rows, parts);
  const auto add = find_reduce_loops(ReduceKind::sum, type.dtype).fold_elements;
  const StridedCopy copy = copy_of(request.inputs[0], request.outputs[0]);
  const std::int64_t step = parts == 1 && count * row < 16384 ? column_pieces : 1;
  return {[=](const host::KernelCall& call) {
            const auto* indices = call.input<std::int32_t>(1);
            const auto* updates = call.input<std::uint32_t>(2);
            auto* out = call.output<std::uint32_t>(0);
            if (call.inputs[0] != call.outputs[0]) copy.run(call.pool, call.inputs[0], call.outputs[0]);
            const auto run_piece = [&](std::int64_t piece) {
              const std::int64_t column = piece / parts * columns;
              const std::int64_t first = piece % parts * part_rows;
              const std::int64_t last = std::min(rows, first + part_rows);
              const std::int64_t width = std::min(columns, row - column);
              for (std::int64_t i = 0; i < count; ++i) {
                if (indices[i] < first || indices[i] >= last) continue;
                add(updates + i * row + column, width, out + indices[i] * row + column);
              }
            };
            for_ranges(call.pool, column_pieces * parts, std::max<std::int64_t>(1, step),
                       [&](std::int64_t begin, std::int64_t end, int) {
                         for (std::int64_t piece = begin; piece < end; ++piece) run_piece(piece);
                       });
          },
          0};
}

host::Kernel make_slice_at(const SliceAt& op, const host::KernelRequest& request) {
  const TensorLayout& x = request.inputs[0];
  const std::int64_t last = x.type.shape[op.axis] - op.size;
  const std::int64_t step =
      x.strides[as_size(normalize_axis(op.axis, x.type.shape.rank()))] * element_bytes(x.type);
  const StridedCopy copy = copy_of(x, request.outputs[0]);
  return {[=](const host::KernelCall& call) {
            const std::int64_t position = std::clamp<std::int64_t>(*call.input<std::int32_t>(1), 0, last);
            copy.run(call.pool, call.inputs[0] + position * step, call.outputs[0]);
          },
          0};
}

host::Kernel make_update_at(const UpdateAt& op, const host::KernelRequest& request) {
  const TensorLayout& output = request.outputs[0];
  const TensorLayout& update = request.inputs[1];
  const int axis = normalize_axis(op.axis, output.type.shape.rank());
  const std::int64_t last = output.type.shape[axis] - update.type.shape[axis];
  const std::int64_t step = output.strides[as_size(axis)] * element_bytes(output.type);
  const StridedCopy whole = copy_of(request.inputs[0], output);
  const StridedCopy part(update.type.dtype, update.type.shape, update.strides, output.strides);
  return {[=](const host::KernelCall& call) {
            if (call.inputs[0] != call.outputs[0]) whole.run(call.pool, call.inputs[0], call.outputs[0]);
            const std::int64_t position = std::clamp<std::int64_t>(*call.input<std::int32_t>(2), 0, last);
            part.run(call.pool, call.inputs[1], call.outputs[0] + position * step);
          },
          0};
}

}  // namespace heed::onednn
