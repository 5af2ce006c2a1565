#include <algorithm>

#include <heed/backends/onednn/elementwise_blocks.h>

namespace heed::onednn {

namespace {

using Word = std::uint32_t;

template <typename T, typename ToLane>
void gather_lanes(const std::byte* from, std::int64_t offset, std::int64_t stride, std::int64_t count,
                  Word* to, const ToLane& to_lane) {
  const T* source = reinterpret_cast<const T*>(from) + offset;
  if (stride == 1) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = to_lane(source[i]);
  } else if (stride == 0) {
    std::fill_n(to, count, to_lane(*source));
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i] = to_lane(source[i * stride]);
  }
}

void gather(DType dtype, const std::byte* from, std::int64_t offset, std::int64_t stride, std::int64_t count,
            Word* to) {
  if (is_word(dtype)) {
    gather_lanes<Word>(from, offset, stride, count, to, [](Word x) { return x; });
  } else if (dtype == DType::bf16) {
    gather_lanes<std::uint16_t>(from, offset, stride, count, to,
                                [](std::uint16_t x) { return Word{x} << 16; });
  } else {
    gather_lanes<std::uint8_t>(from, offset, stride, count, to, [](std::uint8_t x) { return Word{x != 0}; });
  }
}

}  // namespace

bool is_word(DType dtype) {
  return dtype == DType::f32 || dtype == DType::i32 || dtype == DType::u32;
}

ElementwiseBlocks::ElementwiseBlocks(ElementwiseProgram program, const ScalarProgram& source,
                                     const Shape& shape, std::span<const TensorLayout> inputs)
    : program_(std::move(program)), types_(source.inputs) {
  std::vector<Strides> strides;
  for (const TensorLayout& input : inputs)
    strides.push_back(broadcast_strides(input.type.shape, input.strides, shape));
  strides.push_back(dense_strides(shape));
  walk_ = collapse(shape, std::move(strides));
}

std::int64_t ElementwiseBlocks::scratch_bytes() const {
  const std::size_t words = as_size(most_elements) * (types_.size() + program_.slots);
  return static_cast<std::int64_t>(table_bytes() + types_.size() * 64 + words * sizeof(Word));
}

std::size_t ElementwiseBlocks::table_bytes() const {
  return (program_.places() * sizeof(Operand) + 63) / 64 * 64;
}

Word* ElementwiseBlocks::uniform_buffer(std::byte* scratch, std::size_t input) const {
  return reinterpret_cast<Word*>(scratch + table_bytes() + input * 64);
}

Word* ElementwiseBlocks::block_buffer(std::byte* scratch, std::size_t index) const {
  std::byte* first = scratch + table_bytes() + types_.size() * 64;
  return reinterpret_cast<Word*>(first) + index * as_size(most_elements);
}

ElementwiseBlocks::Operand* ElementwiseBlocks::lay_out(std::byte* scratch) const {
  auto* table = reinterpret_cast<Operand*>(scratch);
  for (std::size_t k = 0; k < program_.constants.size(); ++k) {
    const Word* lanes = program_.constants[k].data();
    table[program_.inputs + k] = {reinterpret_cast<std::byte*>(const_cast<Word*>(lanes)), 0};
  }
  for (std::size_t k = 0; k < program_.slots; ++k) {
    Word* slot = block_buffer(scratch, types_.size() + k);
    table[program_.first_slot() + k] = {reinterpret_cast<std::byte*>(slot), 1};
  }
  return table;
}

void ElementwiseBlocks::load(std::span<std::byte* const> inputs, std::int64_t first, std::int64_t count,
                             std::byte* scratch, Operand* table) const {
  for (std::size_t k = 0; k < types_.size(); ++k) table[k] = load_input(inputs[k], k, first, count, scratch);
}

// Read where they lie: words side by side. Everything else is brought into a buffer.
ElementwiseBlocks::Operand ElementwiseBlocks::load_input(const std::byte* from, std::size_t input,
                                                         std::int64_t first, std::int64_t count,
                                                         std::byte* scratch) const {
  const std::int64_t inner = walk_.inner();
  const std::int64_t row = first / inner, column = first % inner;
  if (column + count > inner) {
    Word* lanes = block_buffer(scratch, input);
    gather_rows(from, input, first, count, lanes);
    return {reinterpret_cast<std::byte*>(lanes), 1};
  }
  const std::int64_t stride = walk_.inner_stride(input);
  const std::int64_t offset = walk_.row_offset(row, input) + column * stride;
  if (stride == 0) {
    Word* lanes = uniform_buffer(scratch, input);
    gather(types_[input], from, offset, 0, uniform_lanes, lanes);
    return {reinterpret_cast<std::byte*>(lanes), 0};
  }
  if (stride == 1 && is_word(types_[input])) return {const_cast<std::byte*>(from) + offset * 4, 1};
  Word* lanes = block_buffer(scratch, input);
  gather(types_[input], from, offset, stride, count, lanes);
  return {reinterpret_cast<std::byte*>(lanes), 1};
}

void ElementwiseBlocks::gather_rows(const std::byte* from, std::size_t input, std::int64_t first,
                                    std::int64_t count, Word* to) const {
  const std::int64_t inner = walk_.inner();
  const std::int64_t stride = walk_.inner_stride(input);
  std::int64_t row = first / inner, column = first % inner;
  for (std::int64_t done = 0; done < count; ++row, column = 0) {
    const std::int64_t part = std::min(inner - column, count - done);
    gather(types_[input], from, walk_.row_offset(row, input) + column * stride, stride, part, to + done);
    done += part;
  }
}

void ElementwiseBlocks::execute(std::int64_t count, const Operand* table) const {
  StepArguments arguments;
  arguments.count = as_size(count);
  for (const ElementwiseProgram::Instruction& instruction : program_.body) {
    for (std::size_t k = 0; k < as_size(instruction.operand_count); ++k) {
      arguments.in[k] = table[instruction.operands[k]].lanes;
      arguments.advance[k] = table[instruction.operands[k]].advance;
    }
    arguments.out = table[instruction.result].lanes;
    instruction.step(arguments);
  }
}

}  // namespace heed::onednn
