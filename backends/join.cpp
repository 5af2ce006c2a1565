#include <unordered_set>

#include <heed/backends/join.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>

namespace heed {

namespace {

class Joiner {
 public:
  Joiner(Plan& plan, const std::vector<Assignment>& assignments)
      : plan_(plan), tensors_(tensors_by_storage(plan)), content_(plan.storages.size()) {
    for (const Assignment& assignment : assignments) kept_.insert(tensor(assignment.value).storage);
    for (const Step& step : plan.steps) {
      for (const int output : step.outputs) {
        if (output == nothing) continue;
        const PlannedTensor& at = tensor(output);
        content_[static_cast<std::size_t>(at.storage)] = at.layout.type.bytes();
      }
    }
  }

  void run() {
    std::vector<Step> steps;
    for (Step& step : plan_.steps) {
      const auto* concatenate = dynamic_cast<const Concatenate*>(step.op.get());
      if (!concatenate || !lies_in_a_row(step, *concatenate)) {
        steps.push_back(std::move(step));
        continue;
      }
      join(step, steps);
    }
    plan_.steps = std::move(steps);
  }

 private:
  PlannedTensor& tensor(int index) { return plan_.tensors[static_cast<std::size_t>(index)]; }
  Storage& storage(int index) { return plan_.storages[static_cast<std::size_t>(index)]; }

  // Whether each part is one run of the result's memory: no axis before the joined one has a size.
  bool lies_in_a_row(const Step& step, const Concatenate& concatenate) {
    return step.outputs[0] != nothing &&
           tensor(step.outputs[0]).layout.type.shape.leading(concatenate.axis).elements() == 1;
  }

  bool can_move(int part, int into) {
    const PlannedTensor& at = tensor(part);
    const Storage& from = storage(at.storage);
    const bool is_whole = at.offset == 0 && at.layout.is_dense() && at.layout.type.bytes() > 0 &&
                          at.layout.type.bytes() == content_[static_cast<std::size_t>(at.storage)];
    return from.kind == Storage::Kind::arena && is_whole && at.storage != into && !kept_.contains(at.storage);
  }

  void move(int from, int into, std::int64_t offset) {
    auto& moved = tensors_[static_cast<std::size_t>(from)];
    auto& there = tensors_[static_cast<std::size_t>(into)];
    for (const int index : moved) {
      tensor(index).storage = into;
      tensor(index).offset += offset;
      there.push_back(index);
    }
    moved.clear();
    storage(from).bytes = 0;
  }

  void join(const Step& step, std::vector<Step>& steps) {
    const PlannedTensor result = tensor(step.outputs[0]);
    std::int64_t offset = result.offset;
    for (const int part : step.inputs) {
      const TensorLayout layout = tensor(part).layout;
      if (can_move(part, result.storage)) {
        move(tensor(part).storage, result.storage, offset);
      } else if (layout.type.bytes() > 0) {
        steps.push_back(
            copied(step, part, {result.storage, offset, {layout.type, dense_strides(layout.type.shape)}}));
      }
      offset += layout.type.bytes();
    }
  }

  Step copied(const Step& step, int part, PlannedTensor to) {
    const DType dtype = to.layout.type.dtype;
    plan_.tensors.push_back(std::move(to));
    const auto index = static_cast<int>(plan_.tensors.size()) - 1;
    tensors_[static_cast<std::size_t>(plan_.tensors.back().storage)].push_back(index);
    Step copy;
    copy.op = identity(dtype);
    copy.node = step.node;
    copy.inputs = {part};
    copy.outputs = {index};
    copy.backend = step.backend;
    copy.note = "part of a concatenation ";
    return copy;
  }

  Plan& plan_;
  std::vector<std::vector<int>> tensors_;  // by storage
  std::vector<std::int64_t> content_;      // bytes that steps write to a storage; 0: none do
  std::unordered_set<int> kept_;           // storages that become variables
};

}  // namespace

void concatenate_in_place(Plan& plan, const std::vector<Assignment>& assignments) {
  Joiner(plan, assignments).run();
}

}  // namespace heed
