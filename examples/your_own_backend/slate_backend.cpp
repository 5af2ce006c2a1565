// The backend: memory, a table of kernels, and a program that calls them in order.
#include <algorithm>
#include <typeindex>
#include <unordered_map>

#include "slate_kernels.h"

#include <heed/backends/backend_library.h>

namespace slate {

namespace {

struct SlateMemory final : heed::Memory {
  explicit SlateMemory(std::int64_t bytes) : Memory(bytes), data(static_cast<std::size_t>(bytes)) {}
  std::vector<std::byte> data;
};

std::byte* at(heed::Memory& memory, std::int64_t offset) {
  return static_cast<SlateMemory&>(memory).data.data() + offset;
}

using Table = std::unordered_map<std::type_index, Kernel>;

template <typename OpType>
Table::value_type entry(void (*run)(const OpType&, const Operands&, const Operands&)) {
  return {typeid(OpType), [run](const heed::Op& op, const Operands& inputs, const Operands& outputs) {
            run(static_cast<const OpType&>(op), inputs, outputs);
          }};
}

struct BoundStep {
  Kernel kernel;
  heed::OpPtr op;
  Operands inputs, outputs;
};

class SlateProgram final : public heed::Program {
 public:
  std::int64_t scratch_bytes(std::size_t) const override { return 0; }

  void bind(const heed::Plan& plan, const heed::Bindings& bindings) override {
    steps_.clear();
    for (const heed::Step& step : plan.steps) {
      BoundStep bound{find_kernel(*step.op), step.op, {}, {}};
      for (const int input : step.inputs) bound.inputs.push_back(place(plan, input, bindings));
      for (const int output : step.outputs) bound.outputs.push_back(place(plan, output, bindings));
      steps_.push_back(std::move(bound));
    }
  }

  void run(heed::RunObserver* observer) override {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (observer) observer->before_step(i);
      steps_[i].kernel(*steps_[i].op, steps_[i].inputs, steps_[i].outputs);
      if (observer) observer->after_step(i);
    }
  }

 private:
  // Where the plan has put a tensor.
  static Operand place(const heed::Plan& plan, int tensor, const heed::Bindings& bindings) {
    if (tensor == heed::nothing) return {};
    const heed::PlannedTensor& planned = plan.tensors[static_cast<std::size_t>(tensor)];
    const heed::Storage& storage = plan.storages[static_cast<std::size_t>(planned.storage)];
    heed::Memory* memory = bindings.arena;
    if (storage.kind == heed::Storage::Kind::constant) memory = bindings.constants;
    if (storage.kind == heed::Storage::Kind::variable)
      memory = bindings.variables[static_cast<std::size_t>(storage.variable)];
    return {at(*memory, storage.offset + planned.offset), planned.layout};
  }

  std::vector<BoundStep> steps_;
};

class SlateBackend final : public heed::Backend {
 public:
  std::string name() const override { return "slate"; }
  std::string description() const override { return "plain loops, one element after the other"; }
  bool runs_on_host() const override { return true; }

  bool claims(const heed::Op& op, heed::Types inputs, heed::Types outputs) const override {
    const auto known = [](const heed::TensorType& type) {
      return type.dtype != heed::DType::f64 && type.dtype != heed::DType::f16 &&
             type.dtype != heed::DType::i64;
    };
    return find_kernel(op) && std::ranges::all_of(inputs, known) && std::ranges::all_of(outputs, known);
  }
  // Only elementwise ops: through them heed makes dense copies for all others.
  bool takes_strides(const heed::Op& op, std::size_t) const override {
    return dynamic_cast<const heed::Elementwise*>(&op) != nullptr;
  }
  std::unique_ptr<heed::Program> compile(const heed::Plan&) override {
    return std::make_unique<SlateProgram>();
  }
  std::unique_ptr<heed::Memory> allocate(std::int64_t bytes) override {
    return std::make_unique<SlateMemory>(bytes);
  }
  std::int64_t memory_limit() const override { return std::int64_t{4} << 30; }
  void write(heed::Memory& to, std::int64_t offset, std::span<const std::byte> bytes) override {
    std::ranges::copy(bytes, at(to, offset));
  }
  void read(const heed::Memory& from, std::int64_t offset, std::span<std::byte> bytes) override {
    const std::byte* begin = static_cast<const SlateMemory&>(from).data.data() + offset;
    std::copy_n(begin, bytes.size(), bytes.begin());
  }
};

}  // namespace

Kernel find_kernel(const heed::Op& op) {
  static const Table table = {entry(elementwise), entry(matmul),    entry(reduce),      entry(pad),
                              entry(concatenate), entry(reverse),   entry(gather_rows), entry(scatter_add),
                              entry(slice_at),    entry(update_at), entry(top_k),       entry(iota),
                              entry(random_bits), entry(softmax)};
  const auto found = table.find(typeid(op));
  return found == table.end() ? Kernel{} : found->second;
}

}  // namespace slate

extern "C" int heed_backend_interface() {
  return heed::backend_interface;
}

extern "C" heed::Backend* heed_open_backend(const heed::BackendOptions&) {
  return new slate::SlateBackend;
}
