// Executable: a graph planned and compiled for a device, ready to run again and again.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include <heed/backends/compile_options.h>
#include <heed/backends/plan.h>
#include <heed/backends/profile.h>
#include <heed/backends/variables.h>
#include <heed/graph/evaluate.h>

namespace heed {

// Reads variables, computes the fetches, then updates variables. A run on fed arrays allocates nothing.
// A device may still be at work when run() returns; value() waits for it. The host can prepare the next feeds
// in between.
class Executable {
 public:
  // What a run is fed: one array for each input that the fetches and updates need. Feeding other inputs of
  // the same graph does no harm.
  struct FeedRef {
    Tensor input;
    const Array& values;
  };

  Executable(Executable&&) noexcept;
  Executable& operator=(Executable&&) noexcept;
  ~Executable();

  // Throws Error when a feed is missing, of another graph, no input, or of another type than its input.
  void run(std::span<const FeedRef> feeds = {});
  void run(std::initializer_list<FeedRef> feeds) { run(std::span(feeds.begin(), feeds.size())); }

  // A fetch's value after the last run; valid until the next one. Throws Error when the device failed.
  const Array& value(const Tensor& fetch) const;
  float scalar(const Tensor& fetch) const;  // of a floating-point scalar

  const Plan& plan() const;
  std::size_t steps_on_host() const;  // how many of the plan's steps a backend runs on the CPU

  // From now on runs are timed step by step, which costs a little.
  void start_profile();
  const Profile& profile() const;    // since then; throws Error when it was not started
  std::string chrome_trace() const;  // the profile's events for Perfetto or chrome://tracing

 private:
  friend Executable compile(std::span<const Tensor> fetches, std::span<const Update> updates,
                            Variables& variables, const CompileOptions& options);
  struct State;
  explicit Executable(std::unique_ptr<State> state);
  void bind();
  void write_feeds(std::span<const FeedRef> feeds);
  void write_random_key();

  std::unique_ptr<State> state_;
};

// Plans and compiles. `variables` must outlive the result. Throws Error when a variable is updated twice,
// when an op has no kernel on the backend, or when the plan needs more memory than there is.
Executable compile(std::span<const Tensor> fetches, std::span<const Update> updates, Variables& variables,
                   const CompileOptions& options = {});
Executable compile(std::initializer_list<Tensor> fetches, std::span<const Update> updates,
                   Variables& variables, const CompileOptions& options = {});
Executable compile(std::initializer_list<Tensor> fetches, Variables& variables,
                   const CompileOptions& options = {});

// An Evaluate that compiles for `backend`, keeping the last executable for the next call of its kind.
Evaluate evaluate_on(std::shared_ptr<Backend> backend);

}  // namespace heed
