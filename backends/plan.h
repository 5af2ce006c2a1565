// Plan: a graph turned into steps on memory. Plain data, decided before anything runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/graph/graph.h>

namespace heed {

inline constexpr int nothing = -1;

// A piece of memory that holds tensors, from its first step to its last.
struct Storage {
  enum class Kind : std::uint8_t { arena, variable, constant };

  Kind kind = Kind::arena;
  std::int64_t bytes = 0;   // a multiple of memory_alignment
  std::int64_t offset = 0;  // in the arena or in the constants
  int variable = nothing;   // which of the plan's variables
  int backend = 0;          // whose memory it is: 0 is the backend of the variables, i is Plan::away[i - 1]
  int first_step = 0;       // -1: filled before the first step
  int last_step = 0;        // the number of steps: read after the last one
  NodeId node = 0;          // whose output it holds first
};

// A tensor as a kernel sees it: where its first element is and how the others follow.
struct PlannedTensor {
  int storage = nothing;
  std::int64_t offset = 0;  // in bytes from the start of the storage
  TensorLayout layout;
};

// One kernel call.
struct Step {
  OpPtr op;
  NodeId node = 0;           // in the plan's graph; for copies the node whose value is copied
  std::vector<int> inputs;   // indices of planned tensors
  std::vector<int> outputs;  // `nothing` where nobody reads the output
  int scratch = nothing;     // a storage
  int backend = 0;           // where it runs, as in Storage
  std::string note;          // why the planner added it or what it did in place, and why it runs elsewhere
};

struct PlannedFeed {
  std::string label;
  int tensor = nothing;
};

// A backend besides that of the variables, which some steps run on.
struct AwayBackend {
  std::string name;
  std::int64_t arena_bytes = 0;
};

struct Plan {
  std::shared_ptr<Graph> graph;  // after all passes
  std::vector<Storage> storages;
  std::vector<PlannedTensor> tensors;
  std::vector<Step> steps;
  std::vector<PlannedFeed> feeds;
  std::vector<int> fetches;            // tensors, dense
  std::vector<std::string> variables;  // full names
  std::vector<NodeId> variable_nodes;  // their reads
  int random_key = nothing;            // tensor, if any step draws random bits
  std::vector<NodeId> constants;       // nodes, in order of the storages of kind constant
  std::int64_t constant_bytes = 0;
  std::int64_t arena_bytes = 0;          // the planned peak of everything that is not a variable or constant
  std::int64_t program_order_bytes = 0;  // what arena_bytes would be in the order of the program
  std::int64_t live_bytes = 0;           // the most that is alive at once: a lower bound of arena_bytes
  int state_copies = 0;                  // variables that could not be updated in place
  std::vector<AwayBackend> away;         // none where everything runs on one backend

  // Of a backend by the number that storages and steps give it.
  std::int64_t arena_bytes_on(int backend) const {
    return backend == 0 ? arena_bytes : away[static_cast<std::size_t>(backend) - 1].arena_bytes;
  }
};

std::string to_text(const Plan& plan);  // a table: order, op, offsets, notes; then the peak

}  // namespace heed
