#include <cstring>
#include <memory>

#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/elementwise_program.h>
#include <heed/backends/onednn/strided_copy.h>
#include <heed/graph/error.h>

namespace heed::onednn {

namespace {

using Word = std::uint32_t;
using Place = ElementwiseProgram::Place;

constexpr std::int64_t block_elements = 1024;
constexpr std::int64_t piece_elements = 16384;
constexpr std::int64_t short_row = 256;  // rows below this are taken several at a time

// Where a value's lanes are, as the steps take it.
struct Operand {
  std::byte* lanes;
  std::size_t advance;
};

// How an input reaches the steps.
enum class Access : std::uint8_t { in_place, uniform, gathered };

bool is_word(DType dtype) {
  return dtype == DType::f32 || dtype == DType::i32 || dtype == DType::u32;
}

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

void write_lanes(DType dtype, const Word* from, std::int64_t count, std::byte* output, std::int64_t at) {
  if (is_word(dtype)) {
    std::memcpy(output + at * 4, from, as_size(count) * 4);
  } else if (dtype == DType::bf16) {
    auto* to = reinterpret_cast<std::uint16_t*>(output) + at;
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint16_t>(from[i] >> 16);
  } else {
    auto* to = reinterpret_cast<std::uint8_t*>(output) + at;
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i]);
  }
}

class Interpreter {
 public:
  Interpreter(ElementwiseProgram program, const ScalarProgram& source, const host::KernelRequest& request)
      : program_(std::move(program)), types_(source.inputs) {
    const Shape& shape = request.outputs[0].type.shape;
    std::vector<Strides> strides;
    for (const TensorLayout& input : request.inputs)
      strides.push_back(broadcast_strides(input.type.shape, input.strides, shape));
    strides.push_back(dense_strides(shape));
    walk_ = collapse(shape, std::move(strides));
    cut_blocks();
    for (std::size_t k = 0; k < types_.size(); ++k) access_.push_back(access_of(k));
    for (std::size_t k = 0; k < program_.results.size(); ++k) {
      if (request.live[k]) live_.push_back(k);
    }
  }

  std::int64_t scratch_per_worker() const {
    const std::size_t words = as_size(block_elements) * (types_.size() + program_.slots);
    return static_cast<std::int64_t>(table_bytes() + types_.size() * 64 + words * sizeof(Word));
  }

  void run(const host::KernelCall& call) const {
    const std::int64_t per_piece = std::max<std::int64_t>(1, piece_elements / block_);
    for_ranges(call.pool, blocks_, per_piece, [&](std::int64_t begin, std::int64_t end, int worker) {
      std::byte* scratch = call.scratch + worker * scratch_per_worker();
      Operand* table = lay_out(scratch);
      for (std::int64_t block = begin; block < end; ++block) run_block(call, block, scratch, table);
    });
  }

 private:
  std::size_t table_bytes() const { return (program_.places() * sizeof(Operand) + 63) / 64 * 64; }
  Word* uniform_buffer(std::byte* scratch, std::size_t input) const {
    return reinterpret_cast<Word*>(scratch + table_bytes() + input * 64);
  }
  Word* block_buffer(std::byte* scratch, std::size_t index) const {
    std::byte* first = scratch + table_bytes() + types_.size() * 64;
    return reinterpret_cast<Word*>(first) + index * as_size(block_elements);
  }

  // Blocks are parts of one long row, or several short rows.
  void cut_blocks() {
    const std::int64_t total = walk_.elements();
    const std::int64_t inner = walk_.inner();
    if (total == 0) return;
    within_rows_ = walk_.rank() <= 1 || inner >= short_row;
    if (within_rows_) {
      parts_ = ceil_div(inner, block_elements);
      block_ = std::min(inner, block_elements);
      blocks_ = total / inner * parts_;
    } else {
      block_ = block_elements / inner * inner;
      blocks_ = ceil_div(total, block_);
    }
  }

  Access access_of(std::size_t input) const {
    const std::int64_t stride = walk_.inner_stride(input);
    if (within_rows_ && stride == 0) return Access::uniform;
    if (within_rows_ && stride == 1 && is_word(types_[input])) return Access::in_place;
    return Access::gathered;
  }

  // Fills the table of places with what stays the same for all blocks.
  Operand* lay_out(std::byte* scratch) const {
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

  // An output may lie over an input that a later step still reads: then its block waits in a slot.
  bool writes_in_place(const host::KernelCall& call, std::size_t result) const {
    const ElementwiseProgram::Result& r = program_.results[result];
    if (!is_word(r.dtype)) return false;
    for (std::size_t k = 0; k < types_.size(); ++k) {
      const bool still_read = program_.last_read[k] > r.first_write + 1;
      if (call.inputs[k] == call.outputs[result] && still_read) return false;
    }
    return true;
  }

  struct Block {
    std::int64_t row, column;  // of its first element
    std::int64_t first, count;
  };

  Block locate(std::int64_t index) const {
    const std::int64_t inner = walk_.inner();
    if (!within_rows_) {
      const std::int64_t first = index * block_;
      return {first / inner, 0, first, std::min(block_, walk_.elements() - first)};
    }
    const std::int64_t row = index / parts_;
    const std::int64_t column = index % parts_ * block_elements;
    return {row, column, row * inner + column, std::min(block_elements, inner - column)};
  }

  Operand fetch(const host::KernelCall& call, std::size_t input, const Block& block,
                std::byte* scratch) const {
    const std::byte* from = call.inputs[input];
    const std::int64_t stride = walk_.inner_stride(input);
    const std::int64_t offset = walk_.row_offset(block.row, input) + block.column * stride;
    if (access_[input] == Access::in_place) return {call.inputs[input] + offset * 4, 1};
    if (access_[input] == Access::uniform) {
      Word* lanes = uniform_buffer(scratch, input);
      gather(types_[input], from, offset, 0, uniform_lanes, lanes);
      return {reinterpret_cast<std::byte*>(lanes), 0};
    }
    Word* lanes = block_buffer(scratch, input);
    if (within_rows_) {
      gather(types_[input], from, offset, stride, block.count, lanes);
    } else {
      const std::int64_t inner = walk_.inner();
      for (std::int64_t r = 0; r < block.count / inner; ++r) {
        gather(types_[input], from, walk_.row_offset(block.row + r, input), stride, inner, lanes + r * inner);
      }
    }
    return {reinterpret_cast<std::byte*>(lanes), 1};
  }

  void run_block(const host::KernelCall& call, std::int64_t index, std::byte* scratch, Operand* table) const {
    const Block block = locate(index);
    for (std::size_t k = 0; k < types_.size(); ++k) table[k] = fetch(call, k, block, scratch);
    for (const std::size_t k : live_) {
      if (writes_in_place(call, k))
        table[program_.results[k].place].lanes = call.outputs[k] + block.first * 4;
    }
    for (const ElementwiseProgram::Instruction& instruction : program_.body)
      execute(instruction, table, block);
    for (const std::size_t k : live_) {
      if (writes_in_place(call, k)) continue;
      const ElementwiseProgram::Result& result = program_.results[k];
      write_lanes(result.dtype, reinterpret_cast<const Word*>(table[result.place].lanes), block.count,
                  call.outputs[k], block.first);
    }
  }

  static void execute(const ElementwiseProgram::Instruction& instruction, const Operand* table,
                      const Block& block) {
    StepArguments arguments;
    for (std::size_t k = 0; k < as_size(instruction.operand_count); ++k) {
      arguments.in[k] = table[instruction.operands[k]].lanes;
      arguments.advance[k] = table[instruction.operands[k]].advance;
    }
    arguments.out = table[instruction.result].lanes;
    arguments.count = as_size(block.count);
    instruction.step(arguments);
  }

  ElementwiseProgram program_;
  std::vector<DType> types_;  // of the inputs
  Walk walk_;                 // the inputs, then the outputs
  bool within_rows_ = true;
  std::int64_t parts_ = 1;  // blocks in a row
  std::int64_t block_ = 1;
  std::int64_t blocks_ = 0;
  std::vector<Access> access_;
  std::vector<std::size_t> live_;
};

// A program without instructions moves its only input, of whatever type, to where it is dense.
host::Kernel make_copy(const host::KernelRequest& request) {
  const TensorType& type = request.outputs[0].type;
  const StridedCopy copy(
      type.dtype, type.shape,
      broadcast_strides(request.inputs[0].type.shape, request.inputs[0].strides, type.shape),
      dense_strides(type.shape));
  return {[copy](const host::KernelCall& call) {
            if (call.inputs[0] != call.outputs[0]) copy.run(call.pool, call.inputs[0], call.outputs[0]);
          },
          0};
}

bool is_copy(const ScalarProgram& program) {
  return program.body.empty() && program.inputs.size() == 1 && program.results.size() == 1;
}

}  // namespace

bool accepts_elementwise(const Op& op, Types inputs, Types) {
  const ScalarProgram& program = static_cast<const Elementwise&>(op).program;
  if (is_copy(program)) return true;
  for (const TensorType& input : inputs) {
    if (!find_step(ScalarOp::convert, input.dtype, DType::f32)) return false;
  }
  return compile(program).has_value();
}

host::Kernel make_elementwise(const Elementwise& op, const host::KernelRequest& request) {
  if (is_copy(op.program)) return make_copy(request);
  auto program = compile(op.program);
  if (!program) throw InternalError("elementwise: no kernel for " + to_string(op.program));
  const auto interpreter = std::make_shared<const Interpreter>(std::move(*program), op.program, request);
  return {[interpreter](const host::KernelCall& call) { interpreter->run(call); },
          request.threads * interpreter->scratch_per_worker()};
}

}  // namespace heed::onednn
