#include <memory>

#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/elementwise_blocks.h>
#include <heed/backends/onednn/reduce.h>
#include <heed/backends/onednn/reduction.h>
#include <heed/graph/error.h>
#include <heed/ops/elementwise.h>

namespace heed::onednn {

namespace {

constexpr std::int64_t shortest_row = 128;  // shorter ones cost more to compute apart than a pass over memory

bool is_reduced(DType dtype) {
  return dtype == DType::f32 || dtype == DType::i32;
}

// Reduces values that exist only a row at a time.
class ElementwiseReduction {
 public:
  ElementwiseReduction(ElementwiseBlocks blocks, Reduction reduction)
      : blocks_(std::move(blocks)), reduction_(std::move(reduction)) {}

  std::int64_t scratch_bytes(int threads) const { return partial_bytes() + threads * worker_bytes(); }

  void run(const host::KernelCall& call) const {
    std::byte* workers = call.scratch + partial_bytes();
    reduction_.run(call.pool, call.outputs[0], call.scratch,
                   [&](std::int64_t first, std::int64_t count, int worker) {
                     return compute(call.inputs, first, count, workers + worker * worker_bytes());
                   });
  }

 private:
  static constexpr std::int64_t row_bytes = Reduction::most_row * Reduction::element;

  std::int64_t partial_bytes() const { return (reduction_.scratch_bytes() + 63) / 64 * 64; }
  std::int64_t worker_bytes() const { return row_bytes + (blocks_.scratch_bytes() + 63) / 64 * 64; }

  const std::byte* compute(std::span<std::byte* const> inputs, std::int64_t first, std::int64_t count,
                           std::byte* scratch) const {
    std::byte* row = scratch;
    std::byte* table_memory = scratch + row_bytes;
    ElementwiseBlocks::Operand* table = blocks_.lay_out(table_memory);
    for (std::int64_t done = 0; done < count; done += ElementwiseBlocks::most_elements) {
      const std::int64_t part = std::min(count - done, ElementwiseBlocks::most_elements);
      blocks_.load(inputs, first + done, part, table_memory, table);
      table[blocks_.program().results[0].place].lanes = row + done * Reduction::element;
      blocks_.execute(part, table);
    }
    return row;
  }

  ElementwiseBlocks blocks_;
  Reduction reduction_;
};

}  // namespace

bool accepts_reduce(const Op&, Types inputs, Types) {
  return is_reduced(inputs[0].dtype);
}

host::Kernel make_reduce(const Reduce& op, const host::KernelRequest& request) {
  const auto reduction = std::make_shared<const Reduction>(op, request.inputs[0].type);
  return {[reduction](const host::KernelCall& call) {
            const std::byte* x = call.inputs[0];
            reduction->run(
                call.pool, call.outputs[0], call.scratch,
                [x](std::int64_t first, std::int64_t, int) { return x + first * Reduction::element; });
          },
          reduction->scratch_bytes()};
}

bool accepts_elementwise_reduce(const Op& op, Types inputs, Types) {
  const auto& fused = static_cast<const ElementwiseReduce&>(op);
  const Elementwise values(fused.program);
  const TensorType type = values.infer(inputs)[0];
  return is_reduced(type.dtype) && Reduction(fused.reduce, type).row() >= shortest_row &&
         accepts_elementwise(values, inputs, {}) && compile(fused.program);
}

host::Kernel make_elementwise_reduce(const ElementwiseReduce& op, const host::KernelRequest& request) {
  std::vector<TensorType> inputs;
  for (const TensorLayout& input : request.inputs) inputs.push_back(input.type);
  const TensorType values = Elementwise(op.program).infer(inputs)[0];
  auto program = compile(op.program);
  if (!program) throw InternalError("elementwise_reduce: no kernel for " + to_string(op.program));
  const auto kernel = std::make_shared<const ElementwiseReduction>(
      ElementwiseBlocks(std::move(*program), op.program, values.shape, request.inputs),
      Reduction(op.reduce, values));
  return {[kernel](const host::KernelCall& call) { kernel->run(call); },
          kernel->scratch_bytes(request.threads)};
}

}  // namespace heed::onednn
