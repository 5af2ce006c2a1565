#include <cstring>
#include <memory>

#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/elementwise_blocks.h>
#include <heed/backends/onednn/strided_copy.h>
#include <heed/graph/error.h>

namespace heed::onednn {

namespace {

using Word = std::uint32_t;
using Operand = ElementwiseBlocks::Operand;

constexpr std::int64_t piece_elements = 16384;
constexpr std::int64_t short_row = 256;  // rows below this are taken several at a time

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

class ElementwiseKernel {
 public:
  ElementwiseKernel(ElementwiseBlocks blocks, const host::KernelRequest& request)
      : blocks_(std::move(blocks)), threads_(request.threads) {
    const ElementwiseProgram& program = blocks_.program();
    for (std::size_t k = 0; k < program.results.size(); ++k) {
      if (request.live[k]) live_.push_back(k);
    }
    cut();
  }

  std::int64_t scratch_bytes() const { return threads_ * blocks_.scratch_bytes(); }

  void run(const host::KernelCall& call) const {
    const std::int64_t per_piece = std::max<std::int64_t>(1, piece_elements / stretch_);
    for_ranges(call.pool, stretches_, per_piece, [&](std::int64_t begin, std::int64_t end, int worker) {
      std::byte* scratch = call.scratch + worker * blocks_.scratch_bytes();
      Operand* table = blocks_.lay_out(scratch);
      for (std::int64_t index = begin; index < end; ++index) run_stretch(call, index, scratch, table);
    });
  }

 private:
  // Stretches are parts of one long row, or several short rows.
  void cut() {
    const Walk& walk = blocks_.walk();
    const std::int64_t total = walk.elements();
    const std::int64_t inner = walk.inner();
    if (total == 0) return;
    constexpr std::int64_t most = ElementwiseBlocks::most_elements;
    within_rows_ = walk.rank() <= 1 || inner >= short_row;
    if (within_rows_) {
      parts_ = ceil_div(inner, most);
      stretch_ = std::min(inner, most);
      stretches_ = total / inner * parts_;
    } else {
      stretch_ = most / inner * inner;
      stretches_ = ceil_div(total, stretch_);
    }
  }

  struct Stretch {
    std::int64_t first, count;
  };

  Stretch locate(std::int64_t index) const {
    const Walk& walk = blocks_.walk();
    const std::int64_t inner = walk.inner();
    if (!within_rows_) {
      const std::int64_t first = index * stretch_;
      return {first, std::min(stretch_, walk.elements() - first)};
    }
    const std::int64_t column = index % parts_ * stretch_;
    return {index / parts_ * inner + column, std::min(stretch_, inner - column)};
  }

  // An output may lie over an input that a later step still reads: then its stretch waits in a slot.
  bool writes_in_place(const host::KernelCall& call, std::size_t result) const {
    const ElementwiseProgram& program = blocks_.program();
    const ElementwiseProgram::Result& r = program.results[result];
    if (!is_word(r.dtype)) return false;
    for (std::size_t k = 0; k < program.inputs; ++k) {
      const bool still_read = program.last_read[k] > r.first_write + 1;
      if (call.inputs[k] == call.outputs[result] && still_read) return false;
    }
    return true;
  }

  void run_stretch(const host::KernelCall& call, std::int64_t index, std::byte* scratch,
                   Operand* table) const {
    const auto [first, count] = locate(index);
    const std::vector<ElementwiseProgram::Result>& results = blocks_.program().results;
    blocks_.load(call.inputs, first, count, scratch, table);
    for (const std::size_t k : live_) {
      if (writes_in_place(call, k)) table[results[k].place].lanes = call.outputs[k] + first * 4;
    }
    blocks_.execute(count, table);
    for (const std::size_t k : live_) {
      if (writes_in_place(call, k)) continue;
      const auto* lanes = reinterpret_cast<const Word*>(table[results[k].place].lanes);
      write_lanes(results[k].dtype, lanes, count, call.outputs[k], first);
    }
  }

  ElementwiseBlocks blocks_;
  int threads_;
  std::vector<std::size_t> live_;
  bool within_rows_ = true;
  std::int64_t parts_ = 1;  // stretches in a row
  std::int64_t stretch_ = 1;
  std::int64_t stretches_ = 0;
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
  const auto kernel = std::make_shared<const ElementwiseKernel>(
      ElementwiseBlocks(std::move(*program), op.program, request.outputs[0].type.shape, request.inputs),
      request);
  return {[kernel](const host::KernelCall& call) { kernel->run(call); }, kernel->scratch_bytes()};
}

}  // namespace heed::onednn
