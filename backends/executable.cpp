#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <heed/backends/check_finite.h>
#include <heed/backends/executable.h>
#include <heed/backends/passes/pipeline.h>
#include <heed/backends/placed_program.h>
#include <heed/backends/schedule.h>

namespace heed {

struct Executable::State {
  explicit State(Placement where) : placement(std::move(where)) {}

  Placement placement;
  Variables* variables = nullptr;
  std::uint64_t graph = 0;  // serial of the user's graph
  Plan plan;
  std::unique_ptr<Program> program;
  std::unique_ptr<Memory> constants;
  std::vector<Memory*> variable_memory;
  std::uint64_t bound_generation = 0;
  std::vector<std::pair<Tensor, std::size_t>> fetch_of;  // the user's tensor, and which fetch it is
  std::vector<Array> results;
  std::unique_ptr<Readback> readback;  // into results
  bool results_pending = false;
  std::vector<TensorType> feed_types;
  std::vector<char> fed;
  std::unique_ptr<Profile> profile;
  std::unique_ptr<FiniteCheck> finite_check;

  Place place(int tensor) const {
    return place_of(plan, tensor, placement, constants.get(), variable_memory);
  }
  void write(int tensor, std::span<const std::byte> bytes) const {
    const Place at = place(tensor);
    at.backend.write(at.memory, at.offset, bytes);
  }
  void read(int tensor, std::span<std::byte> bytes) const {
    const Place at = place(tensor);
    at.backend.read(at.memory, at.offset, bytes);
  }
  void finish_results() {
    if (results_pending) readback->finish();
    results_pending = false;
  }
};

namespace {

PlannedTensor& tensor_at(Plan& plan, int index) {
  return plan.tensors[static_cast<std::size_t>(index)];
}

// Throws when a backend has less memory than the plan needs there, naming what takes most of the room.
void require_memory(const Plan& plan, int number, std::int64_t needed, const Backend& backend) {
  if (needed <= backend.memory_limit()) return;
  std::vector<const Storage*> largest;
  for (const Storage& storage : plan.storages) {
    if (storage.bytes > 0 && storage.backend == number) largest.push_back(&storage);
  }
  std::sort(largest.begin(), largest.end(),
            [](const Storage* a, const Storage* b) { return a->bytes > b->bytes; });
  std::string message =
      fmt::format("compile: the graph needs {:.2f} GiB, {} has {:.2f} GiB; its largest tensors:",
                  static_cast<double>(needed) / (1 << 30), backend.name(),
                  static_cast<double>(backend.memory_limit()) / (1 << 30));
  for (std::size_t i = 0; i < std::min<std::size_t>(5, largest.size()); ++i) {
    const Node& node = plan.graph->node(largest[i]->node);
    const Origin& origin = node.origins.front();
    message +=
        fmt::format("\n  {:.2f} GiB  {}{}{} at {}", static_cast<double>(largest[i]->bytes) / (1 << 30),
                    origin.scope, origin.scope.empty() ? "" : "/", node.op->name(), describe(origin.where));
  }
  throw Error(message);
}

}  // namespace

Executable::Executable(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executable::Executable(Executable&&) noexcept = default;
Executable& Executable::operator=(Executable&&) noexcept = default;
Executable::~Executable() = default;

namespace {

// Values as the backends themselves compute them, for what is known while compiling.
Evaluate evaluate_now(std::vector<std::shared_ptr<Backend>> backends) {
  return [backends](std::span<const Tensor> fetches, std::span<const Feed>) {
    Variables none(backends.front());
    for (std::size_t i = 1; i < backends.size(); ++i) none.also_on(backends[i]);
    Executable executable = compile(fetches, {}, none, {.optimize = false});
    executable.run();
    std::vector<Array> values;
    for (const Tensor& fetch : fetches) values.push_back(executable.value(fetch));
    return values;
  };
}

}  // namespace

Executable compile(std::span<const Tensor> fetches, std::span<const Update> updates, Variables& variables,
                   const CompileOptions& requested) {
  CompileOptions options = requested;
  options.optimize = options.optimize && !options.check_finite;  // as compile_options.h says
  Backend& backend = variables.backend();
  auto state = std::make_unique<Executable::State>(Placement(variables.backends()));
  state->variables = &variables;
  if (!fetches.empty()) state->graph = fetches.front().graph().serial();
  if (!updates.empty()) state->graph = updates.front().graph->serial();
  const Evaluate evaluate = evaluate_now(variables.backends());
  const Placement& placement = state->placement;
  PlannedProgram planned =
      plan_program(lower(fetches, updates, placement, evaluate, options), placement, options);
  state->plan = std::move(planned.plan);
  state->program = std::move(planned.program);
  Plan& plan = state->plan;

  std::int64_t variable_bytes = 0;
  for (const NodeId id : plan.variable_nodes) variable_bytes += plan.graph->node(id).outputs[0].bytes();
  require_memory(plan, 0, plan.arena_bytes + plan.constant_bytes + variable_bytes, backend);
  for (std::size_t i = 0; i < plan.away.size(); ++i) {
    const int away = static_cast<int>(i) + 1;
    require_memory(plan, away, plan.away[i].arena_bytes, placement.backend(away));
  }
  for (const NodeId id : plan.variable_nodes) {
    const Node& node = plan.graph->node(id);
    state->variable_memory.push_back(
        &variables.require(static_cast<const VariableRead&>(*node.op), node.origins.front().where));
  }
  state->constants = backend.allocate(plan.constant_bytes);
  std::int64_t offset = 0;
  for (const NodeId id : plan.constants) {
    const Array& values = *static_cast<const Constant&>(*plan.graph->node(id).op).values;
    backend.write(*state->constants, offset, values.bytes());
    offset += align_up(std::max<std::int64_t>(values.type().bytes(), 1));
  }
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    state->fetch_of.emplace_back(fetches[i], i);
    state->results.emplace_back(fetches[i].dtype(), fetches[i].shape());
  }
  for (const PlannedFeed& feed : plan.feeds)
    state->feed_types.push_back(tensor_at(plan, feed.tensor).layout.type);
  state->fed.resize(plan.feeds.size());
  if (options.check_finite) {
    const Executable::State& read_from = *state;
    state->finite_check = std::make_unique<FiniteCheck>(
        state->plan, [&read_from](int tensor, std::span<std::byte> bytes) { read_from.read(tensor, bytes); });
  }
  Executable executable(std::move(state));
  executable.bind();
  return executable;
}

Executable compile(std::initializer_list<Tensor> fetches, std::span<const Update> updates,
                   Variables& variables, const CompileOptions& options) {
  return compile(std::span(fetches.begin(), fetches.size()), updates, variables, options);
}

Executable compile(std::initializer_list<Tensor> fetches, Variables& variables,
                   const CompileOptions& options) {
  return compile(std::span(fetches.begin(), fetches.size()), {}, variables, options);
}

// Another executable may have made the shared arena larger, and so moved it.
void Executable::bind() {
  State& s = *state_;
  Memory& arena = s.variables->backend().arena(s.plan.arena_bytes);
  if (s.variables->backend().arena_generation() == s.bound_generation) return;
  s.finish_results();  // where the run to come fails, they are still asked for
  s.program->bind(s.plan, {&arena, s.constants.get(), s.variable_memory});
  std::vector<Readback::Part> fetched;
  for (std::size_t i = 0; i < s.results.size(); ++i) {
    const Place at = s.place(s.plan.fetches[i]);
    fetched.push_back({&at.memory, at.offset, s.results[i].bytes()});
  }
  s.readback = s.variables->backend().make_readback(std::move(fetched));
  s.bound_generation = s.variables->backend().arena_generation();
}

namespace {

const Input& checked_input(const Executable::FeedRef& feed, std::uint64_t graph) {
  if (feed.input.graph().serial() != graph) {
    throw Error(
        fmt::format("run: {} belongs to another graph than the one that was compiled", describe(feed.input)));
  }
  const auto* input = dynamic_cast<const Input*>(feed.input.graph().node(feed.input.node()).op.get());
  if (!input) throw Error(fmt::format("run: {} is not an input", describe(feed.input)));
  if (feed.values.type() != input->type) {
    throw Error(fmt::format("run: input {} is {}, but {} was fed", input->label, to_string(input->type),
                            to_string(feed.values.type())));
  }
  return *input;
}

}  // namespace

void Executable::write_feeds(std::span<const FeedRef> feeds) {
  State& s = *state_;
  std::fill(s.fed.begin(), s.fed.end(), char{0});
  for (const FeedRef& feed : feeds) {
    const std::string& label = checked_input(feed, s.graph).label;
    for (std::size_t i = 0; i < s.plan.feeds.size(); ++i) {
      if (s.plan.feeds[i].label != label) continue;
      s.write(s.plan.feeds[i].tensor, feed.values.bytes());
      s.fed[i] = 1;
    }
  }
  for (std::size_t i = 0; i < s.fed.size(); ++i) {
    if (s.fed[i]) continue;
    throw Error(
        fmt::format("run: input {} {} was not fed", s.plan.feeds[i].label, to_string(s.feed_types[i])));
  }
}

// Every run that draws random bits has a counter of its own.
void Executable::write_random_key() {
  State& s = *state_;
  if (s.plan.random_key == nothing) return;
  const std::uint64_t seed = s.variables->seed();
  const std::uint64_t counter = s.variables->run_counter();
  const std::array<std::uint32_t, 4> key{
      static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
      static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32)};
  s.write(s.plan.random_key, std::as_bytes(std::span(key)));
  s.variables->set_run_counter(counter + 1);
}

void Executable::run(std::span<const FeedRef> feeds) {
  bind();
  write_feeds(feeds);
  write_random_key();
  State& s = *state_;
  if (s.profile) s.profile->begin_run();
  RunObserver* const observer =
      s.finite_check ? static_cast<RunObserver*>(s.finite_check.get()) : s.profile.get();
  s.program->run(observer);
  if (s.finite_check) s.finite_check->end_run();
  s.readback->start();
  s.results_pending = true;
}

const Array& Executable::value(const Tensor& fetch) const {
  state_->finish_results();
  for (const auto& [tensor, index] : state_->fetch_of) {
    if (tensor == fetch) return state_->results[index];
  }
  throw Error(fmt::format("value: {} was not among the fetches of compile()", describe(fetch)));
}

float Executable::scalar(const Tensor& fetch) const {
  return static_cast<float>(value(fetch).number(0));
}

void Executable::start_profile() {
  if (state_->finite_check) throw Error("profile: an executable that checks for NaN is not one to be timed");
  state_->profile = std::make_unique<Profile>(state_->plan.steps.size());
}

const Profile& Executable::profile() const {
  if (!state_->profile) throw Error("profile: call start_profile() before the runs to be timed");
  return *state_->profile;
}

std::string Executable::chrome_trace() const {
  return to_chrome_trace(state_->plan, profile(), state_->variables->backend().name());
}

const Plan& Executable::plan() const {
  return state_->plan;
}

std::size_t Executable::steps_on_host() const {
  return static_cast<std::size_t>(std::ranges::count_if(state_->plan.steps, [this](const Step& step) {
    return state_->placement.backend(step.backend).runs_on_host();
  }));
}

Evaluate evaluate_on(std::shared_ptr<Backend> backend) {
  struct Compiled {
    std::uint64_t graph;
    Tensors fetches;
    std::shared_ptr<Variables> variables;
    std::shared_ptr<Executable> executable;
  };
  auto last = std::make_shared<std::vector<Compiled>>();
  return [backend, last](std::span<const Tensor> fetches, std::span<const Feed> feeds) {
    const Tensors wanted(fetches.begin(), fetches.end());
    const std::uint64_t graph = fetches.front().graph().serial();
    auto found = std::find_if(last->begin(), last->end(), [&](const Compiled& compiled) {
      return compiled.graph == graph && compiled.fetches == wanted;
    });
    if (found == last->end()) {
      if (last->size() >= 4) last->erase(last->begin());
      auto variables = std::make_shared<Variables>(backend);
      auto executable = std::make_shared<Executable>(compile(fetches, {}, *variables));
      last->push_back({graph, wanted, variables, executable});
      found = last->end() - 1;
    }
    std::vector<Executable::FeedRef> refs;
    for (const Feed& feed : feeds) {
      const Op& op = *feed.input.graph().node(feed.input.node()).op;
      if (const auto* variable = dynamic_cast<const VariableRead*>(&op)) {
        found->variables->set(variable->variable, feed.values);
      } else {
        refs.push_back({feed.input, feed.values});
      }
    }
    found->variables->set_run_counter(0);
    found->executable->run(refs);
    std::vector<Array> results;
    for (const Tensor& fetch : fetches) results.push_back(found->executable->value(fetch));
    return results;
  };
}

}  // namespace heed
