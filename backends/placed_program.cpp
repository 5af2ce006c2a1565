#include <algorithm>
#include <map>
#include <optional>

#include <heed/backends/placed_program.h>
#include <heed/backends/transfer.h>

namespace heed {

namespace {

bool is_transfer(const Step& step) {
  return dynamic_cast<const Transfer*>(step.op.get()) != nullptr;
}

// Neighbouring steps of a plan that run on one backend, as a plan of their own: only with what they use.
class Part {
 public:
  Part(const Plan& plan, std::size_t first, std::size_t end) : first_(first) {
    plan_.graph = plan.graph;
    plan_.variables = plan.variables;
    plan_.variable_nodes = plan.variable_nodes;
    for (std::size_t s = first; s < end; ++s) plan_.steps.push_back(own_step(plan, plan.steps[s]));
  }

  const Plan& plan() const { return plan_; }
  std::size_t first() const { return first_; }
  std::size_t end() const { return first_ + plan_.steps.size(); }

  // Takes over what was decided since: working memory, and offsets.
  void update(const Plan& plan) {
    for (const auto& [whole, own] : storages_)
      plan_.storages[static_cast<std::size_t>(own)] = plan.storages[static_cast<std::size_t>(whole)];
    for (const auto& [whole, own] : tensors_) {
      const PlannedTensor& tensor = plan.tensors[static_cast<std::size_t>(whole)];
      plan_.tensors[static_cast<std::size_t>(own)] = {own_storage(plan, tensor.storage), tensor.offset,
                                                      tensor.layout};
    }
    for (std::size_t s = 0; s < plan_.steps.size(); ++s) {
      const int scratch = plan.steps[first_ + s].scratch;
      plan_.steps[s].scratch = scratch == nothing ? nothing : own_storage(plan, scratch);
    }
  }

 private:
  int own_storage(const Plan& plan, int whole) {
    const auto [known, fresh] = storages_.try_emplace(whole, static_cast<int>(plan_.storages.size()));
    if (fresh) plan_.storages.push_back(plan.storages[static_cast<std::size_t>(whole)]);
    return known->second;
  }

  int own_tensor(const Plan& plan, int whole) {
    if (whole == nothing) return nothing;
    const auto [known, fresh] = tensors_.try_emplace(whole, static_cast<int>(plan_.tensors.size()));
    if (!fresh) return known->second;
    PlannedTensor tensor = plan.tensors[static_cast<std::size_t>(whole)];
    tensor.storage = own_storage(plan, tensor.storage);
    plan_.tensors.push_back(std::move(tensor));
    return known->second;
  }

  Step own_step(const Plan& plan, Step step) {
    for (int& input : step.inputs) input = own_tensor(plan, input);
    for (int& output : step.outputs) output = own_tensor(plan, output);
    return step;
  }

  std::size_t first_;
  Plan plan_;
  std::map<int, int> storages_, tensors_;  // of the whole plan, in this one
};

// Tells an observer of a part's steps by their numbers in the whole plan.
class ShiftedObserver final : public RunObserver {
 public:
  ShiftedObserver(RunObserver& observer, std::size_t first) : observer_(observer), first_(first) {}
  void before_step(std::size_t step) override { observer_.before_step(first_ + step); }
  void after_step(std::size_t step) override { observer_.after_step(first_ + step); }
  bool looks_at_memory() const override { return observer_.looks_at_memory(); }
  void step_took(std::size_t step, double ago, double seconds) override {
    observer_.step_took(first_ + step, ago, seconds);
  }

 private:
  RunObserver& observer_;
  std::size_t first_;
};

class PlacedProgram final : public Program {
 public:
  PlacedProgram(const Plan& plan, const Placement& placement);

  std::int64_t scratch_bytes(std::size_t index) const override;
  void bind(const Plan& plan, const Bindings& bindings) override;
  void run(RunObserver* observer) override;

 private:
  struct Run {  // of neighbouring steps
    int backend;
    Part part;
    std::unique_ptr<Program> program;
  };
  struct Copy {
    std::size_t step;
    std::vector<std::byte> bytes;
    std::optional<Place> from, to;  // once bound
  };

  void add_copy(const Plan& plan, std::size_t step);
  void bind_parts();
  void rebind_if_moved();
  void copy(Copy& copy, RunObserver* observer);

  Placement placement_;
  std::vector<Run> runs_;
  std::vector<Copy> copies_;
  Plan bound_;  // storages, tensors and steps as they were bound
  Memory *home_arena_ = nullptr, *constants_ = nullptr;
  std::vector<Memory*> variables_;
  std::vector<std::uint64_t> generations_;  // of the arenas away from home
};

PlacedProgram::PlacedProgram(const Plan& plan, const Placement& placement) : placement_(placement) {
  for (std::size_t s = 0; s < plan.steps.size();) {
    if (is_transfer(plan.steps[s])) {
      add_copy(plan, s++);
      continue;
    }
    std::size_t end = s + 1;
    const int backend = plan.steps[s].backend;
    while (end < plan.steps.size() && !is_transfer(plan.steps[end]) && plan.steps[end].backend == backend)
      ++end;
    runs_.push_back({backend, Part(plan, s, end), nullptr});
    runs_.back().program = placement_.backend(backend).compile(runs_.back().part.plan());
    s = end;
  }
}

void PlacedProgram::add_copy(const Plan& plan, std::size_t step) {
  const auto& to = plan.tensors[static_cast<std::size_t>(plan.steps[step].outputs[0])];
  copies_.push_back({step, std::vector<std::byte>(static_cast<std::size_t>(to.layout.type.bytes())), {}, {}});
}

std::int64_t PlacedProgram::scratch_bytes(std::size_t index) const {
  const auto run = std::ranges::find_if(
      runs_, [&](const Run& r) { return r.part.first() <= index && index < r.part.end(); });
  return run == runs_.end() ? 0 : run->program->scratch_bytes(index - run->part.first());
}

void PlacedProgram::bind(const Plan& plan, const Bindings& bindings) {
  bound_.steps = plan.steps;
  bound_.tensors = plan.tensors;
  bound_.storages = plan.storages;
  bound_.arena_bytes = plan.arena_bytes;
  bound_.away = plan.away;
  home_arena_ = bindings.arena;
  constants_ = bindings.constants;
  variables_.assign(bindings.variables.begin(), bindings.variables.end());
  for (Run& run : runs_) run.part.update(plan);
  bind_parts();
}

void PlacedProgram::bind_parts() {
  const Bindings home{home_arena_, constants_, variables_};
  std::vector<Memory*> arenas{home_arena_};
  generations_.clear();
  for (std::size_t i = 0; i < bound_.away.size(); ++i) {
    Backend& backend = placement_.backend(static_cast<int>(i) + 1);
    arenas.push_back(&backend.arena(bound_.away[i].arena_bytes));
    generations_.push_back(backend.arena_generation());
  }
  for (Run& run : runs_) {
    const Bindings away{arenas[static_cast<std::size_t>(run.backend)], nullptr, {}};
    run.program->bind(run.part.plan(), run.backend == 0 ? home : away);
  }
  for (Copy& copy : copies_) {
    const auto place = [&](int tensor) {
      return place_of(bound_, tensor, placement_, constants_, variables_);
    };
    copy.from.emplace(place(bound_.steps[copy.step].inputs[0]));
    copy.to.emplace(place(bound_.steps[copy.step].outputs[0]));
  }
}

// Other executables may have made an arena larger since; the one at home is the executable's business.
void PlacedProgram::rebind_if_moved() {
  for (std::size_t i = 0; i < bound_.away.size(); ++i) {
    const Backend& backend = placement_.backend(static_cast<int>(i) + 1);
    if (backend.arena_generation() == generations_[i]) continue;
    bind_parts();
    return;
  }
}

void PlacedProgram::copy(Copy& copy, RunObserver* observer) {
  if (observer) observer->before_step(copy.step);
  copy.from->backend.read(copy.from->memory, copy.from->offset, copy.bytes);
  copy.to->backend.write(copy.to->memory, copy.to->offset, copy.bytes);
  if (observer) observer->after_step(copy.step);
}

void PlacedProgram::run(RunObserver* observer) {
  rebind_if_moved();
  auto next_copy = copies_.begin();
  for (Run& run : runs_) {
    for (; next_copy != copies_.end() && next_copy->step < run.part.first(); ++next_copy)
      copy(*next_copy, observer);
    if (observer) {
      ShiftedObserver shifted(*observer, run.part.first());
      run.program->run(&shifted);
    } else {
      run.program->run(nullptr);
    }
  }
  for (; next_copy != copies_.end(); ++next_copy) copy(*next_copy, observer);
}

}  // namespace

Place place_of(const Plan& plan, int tensor, const Placement& placement, Memory* constants,
               std::span<Memory* const> variables) {
  const PlannedTensor& at = plan.tensors[static_cast<std::size_t>(tensor)];
  const Storage& storage = plan.storages[static_cast<std::size_t>(at.storage)];
  switch (storage.kind) {
    case Storage::Kind::constant:
      return {placement.home(), *constants, storage.offset + at.offset};
    case Storage::Kind::variable:
      return {placement.home(), *variables[static_cast<std::size_t>(storage.variable)], at.offset};
    case Storage::Kind::arena:
      break;
  }
  Backend& backend = placement.backend(storage.backend);
  return {backend, backend.arena(plan.arena_bytes_on(storage.backend)), storage.offset + at.offset};
}

std::unique_ptr<Program> compile_placed(const Plan& plan, const Placement& placement) {
  if (plan.away.empty() && std::ranges::none_of(plan.steps, is_transfer))
    return placement.home().compile(plan);
  return std::make_unique<PlacedProgram>(plan, placement);
}

}  // namespace heed
