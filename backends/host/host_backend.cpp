#include <cstring>
#include <map>
#include <new>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <heed/backends/host/host_backend.h>
#include <heed/backends/host/signal_block.h>
#include <heed/backends/step_layouts.h>

namespace heed::host {

namespace {

HostMemory* host_memory(Memory* memory) {
  return static_cast<HostMemory*>(memory);
}

std::byte* data_of(const Memory* memory) {
  return memory ? static_cast<const HostMemory*>(memory)->data() : nullptr;
}

class HostProgram final : public Program {
 public:
  HostProgram(const KernelTable& table, const Plan& plan, ThreadPool& pool, PreparedInputs& prepared);

  std::int64_t scratch_bytes(std::size_t index) const override { return kernels_[index].scratch_bytes; }
  void bind(const Plan& plan, const Bindings& bindings) override;
  void run(RunObserver* observer) override;

 private:
  struct BoundStep {
    const Kernel* kernel;
    std::vector<std::byte*> inputs, outputs;
    std::byte* scratch;
    std::shared_ptr<PreparedInput> prepared;
    const HostMemory* prepared_of;
  };
  void prepare();
  void bind_prepared(BoundStep& bound, const Plan& plan, const Step& step, const Bindings& bindings);

  std::vector<Kernel> kernels_;
  std::vector<BoundStep> steps_;
  std::vector<char> written_;         // of the plan's variables, by this program
  std::vector<HostMemory*> changed_;  // their memory
  ThreadPool& pool_;
  PreparedInputs& prepared_inputs_;
};

const Storage& storage_of(const Plan& plan, int tensor) {
  return plan.storages[static_cast<std::size_t>(plan.tensors[static_cast<std::size_t>(tensor)].storage)];
}

std::vector<char> written_variables(const Plan& plan) {
  std::vector<char> written(plan.variables.size());
  for (const Step& step : plan.steps) {
    for (const int output : step.outputs) {
      if (output == nothing || storage_of(plan, output).kind != Storage::Kind::variable) continue;
      written[static_cast<std::size_t>(storage_of(plan, output).variable)] = 1;
    }
  }
  return written;
}

// Steps of one kind that read the same view of a variable at the same place among their inputs.
class RepeatedReads {
 public:
  explicit RepeatedReads(const Plan& plan) : plan_(plan) {
    for (const Step& step : plan.steps) {
      for (std::size_t i = 0; i < step.inputs.size(); ++i) {
        if (storage_of(plan, step.inputs[i]).kind == Storage::Kind::variable) ++counts_[key(step, i)];
      }
    }
  }
  bool pay(const Step& step, std::size_t input) const { return counts_.at(key(step, input)) >= enough; }

 private:
  static constexpr int enough = 4;
  using Key = std::tuple<int, std::int64_t, std::size_t, std::string>;

  Key key(const Step& step, std::size_t input) const {
    const PlannedTensor& tensor = plan_.tensors[static_cast<std::size_t>(step.inputs[input])];
    return {tensor.storage, tensor.offset, input,
            fmt::format("{} {} {} {}", step.op->name(), to_string(step.op->attributes()),
                        to_string(tensor.layout.type), fmt::join(tensor.layout.strides, " "))};
  }

  const Plan& plan_;
  std::map<Key, int> counts_;
};

HostProgram::HostProgram(const KernelTable& table, const Plan& plan, ThreadPool& pool,
                         PreparedInputs& prepared)
    : written_(written_variables(plan)), pool_(pool), prepared_inputs_(prepared) {
  const RepeatedReads repeated(plan);
  for (const Step& step : plan.steps) {
    const StepLayouts layouts = layouts_of(plan, step);
    KernelRequest request{layouts.inputs, layouts.outputs, layouts.live};
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      const Storage& storage = storage_of(plan, step.inputs[i]);
      request.lasting.push_back(
          storage.kind == Storage::Kind::variable &&
          (!written_[static_cast<std::size_t>(storage.variable)] || repeated.pay(step, i)));
    }
    request.threads = pool.threads();
    const KernelEntry* entry = table.find(*step.op);
    if (!entry) throw InternalError(fmt::format("no kernel for {}", step.op->name()));
    kernels_.push_back(entry->make(*step.op, request));
  }
}

void HostProgram::run(RunObserver* observer) {
  const SignalBlock undisturbed;
  prepare();
  for (HostMemory* memory : changed_) memory->count_change();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const BoundStep& step = steps_[i];
    if (observer) observer->before_step(i);
    const std::byte* prepared = step.prepared ? step.prepared->memory.data() : nullptr;
    step.kernel->run({step.inputs, step.outputs, step.scratch, pool_, prepared});
    if (observer) observer->after_step(i);
  }
}

void HostProgram::prepare() {
  for (const BoundStep& step : steps_) {
    if (!step.prepared || step.prepared->version == step.prepared_of->version()) continue;
    const Preparation& preparation = *step.kernel->preparation;
    preparation.make(step.inputs[preparation.input], step.prepared->memory.data(), pool_);
    step.prepared->version = step.prepared_of->version();
  }
}

void HostProgram::bind_prepared(BoundStep& bound, const Plan& plan, const Step& step,
                                const Bindings& bindings) {
  if (!bound.kernel->preparation) return;
  const Preparation& preparation = *bound.kernel->preparation;
  const int input = step.inputs[preparation.input];
  bound.prepared_of =
      host_memory(bindings.variables[static_cast<std::size_t>(storage_of(plan, input).variable)]);
  bound.prepared = prepared_inputs_.find_or_make(
      *bound.prepared_of, plan.tensors[static_cast<std::size_t>(input)].offset, preparation);
}

void HostProgram::bind(const Plan& plan, const Bindings& bindings) {
  std::vector<std::byte*> bases;
  for (const Storage& storage : plan.storages) {
    switch (storage.kind) {
      case Storage::Kind::arena:
        bases.push_back(data_of(bindings.arena) + storage.offset);
        break;
      case Storage::Kind::constant:
        bases.push_back(data_of(bindings.constants) + storage.offset);
        break;
      case Storage::Kind::variable:
        bases.push_back(data_of(bindings.variables[static_cast<std::size_t>(storage.variable)]));
        break;
    }
  }
  const auto address = [&](int index) -> std::byte* {
    if (index == nothing) return nullptr;
    const PlannedTensor& tensor = plan.tensors[static_cast<std::size_t>(index)];
    return bases[static_cast<std::size_t>(tensor.storage)] + tensor.offset;
  };
  steps_.clear();
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    BoundStep bound{&kernels_[i], {}, {}, nullptr, nullptr, nullptr};
    for (const int input : step.inputs) bound.inputs.push_back(address(input));
    for (const int output : step.outputs) bound.outputs.push_back(address(output));
    if (step.scratch != nothing) bound.scratch = bases[static_cast<std::size_t>(step.scratch)];
    bind_prepared(bound, plan, step, bindings);
    steps_.push_back(std::move(bound));
  }
  changed_.clear();
  for (std::size_t i = 0; i < written_.size(); ++i) {
    if (written_[i]) changed_.push_back(host_memory(bindings.variables[i]));
  }
}

}  // namespace

HostBackend::HostBackend(std::string name, const KernelTable& kernels, int threads, std::string device)
    : name_(std::move(name)), device_(std::move(device)), kernels_(kernels), pool_(threads) {}

std::string HostBackend::description() const {
  return fmt::format("{}, {} thread{}, {:.1f} GiB of memory", device_, pool_.threads(),
                     pool_.threads() == 1 ? "" : "s", static_cast<double>(memory_limit()) / (1 << 30));
}

bool HostBackend::claims(const Op& op, Types inputs, Types outputs) const {
  const KernelEntry* entry = kernels_.find(op);
  return entry && (!entry->traits.accepts || entry->traits.accepts(op, inputs, outputs));
}

bool HostBackend::takes_strides(const Op& op, std::size_t index) const {
  const KernelEntry* entry = kernels_.find(op);
  return entry && entry->traits.takes_strides(index);
}

std::unique_ptr<Program> HostBackend::compile(const Plan& plan) {
  return std::make_unique<HostProgram>(kernels_, plan, pool_, prepared_inputs_);
}

std::unique_ptr<Memory> HostBackend::allocate(std::int64_t bytes) {
  try {
    return std::make_unique<HostMemory>(bytes);
  } catch (const std::bad_alloc&) {
    throw Error(fmt::format("{}: {} bytes of memory cannot be had", name_, bytes));
  }
}

std::int64_t HostBackend::memory_limit() const {
  return static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

void HostBackend::write(Memory& to, std::int64_t offset, std::span<const std::byte> bytes) {
  if (!bytes.empty()) std::memcpy(data_of(&to) + offset, bytes.data(), bytes.size());
  host_memory(&to)->count_change();
}

void HostBackend::read(const Memory& from, std::int64_t offset, std::span<std::byte> bytes) {
  if (!bytes.empty()) std::memcpy(bytes.data(), data_of(&from) + offset, bytes.size());
}

}  // namespace heed::host
