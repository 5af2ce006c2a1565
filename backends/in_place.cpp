#include <algorithm>

#include <heed/backends/in_place.h>
#include <heed/backends/memory.h>
#include <heed/ops/elementwise.h>

namespace heed {

namespace {

PlannedTensor& tensor_at(Plan& plan, int index) {
  return plan.tensors[static_cast<std::size_t>(index)];
}
Storage& storage_at(Plan& plan, int index) {
  return plan.storages[static_cast<std::size_t>(index)];
}
Storage& storage_of(Plan& plan, int tensor) {
  return storage_at(plan, tensor_at(plan, tensor).storage);
}

// Whether the tensor is the whole storage, element after element.
bool is_whole(Plan& plan, int tensor) {
  const PlannedTensor& at = tensor_at(plan, tensor);
  return at.offset == 0 && at.layout.is_dense() &&
         align_up(std::max<std::int64_t>(at.layout.type.bytes(), 1)) == storage_at(plan, at.storage).bytes;
}

bool same_size(Plan& plan, int a, int b) {
  const TensorType& left = tensor_at(plan, a).layout.type;
  const TensorType& right = tensor_at(plan, b).layout.type;
  return size_of(left.dtype) == size_of(right.dtype) && left.shape.elements() == right.shape.elements();
}

// Whether `step` may write output number `output` over `storage`: every input that lies there is all of it
// and may be overwritten.
bool may_take_over(Plan& plan, const Step& step, std::size_t output, int storage) {
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    if (tensor_at(plan, step.inputs[i]).storage != storage) continue;
    const bool allowed = step.op->may_overwrite(output, i) && is_whole(plan, step.inputs[i]) &&
                         same_size(plan, step.inputs[i], step.outputs[output]);
    if (!allowed) return false;
  }
  return true;
}

using StorageTensors = std::vector<std::vector<int>>;

// Moves everything that lies in storage `from` to storage `to`.
void move_storage(Plan& plan, StorageTensors& tensors, int from, int to) {
  auto& moved = tensors[static_cast<std::size_t>(from)];
  for (const int index : moved) tensor_at(plan, index).storage = to;
  auto& there = tensors[static_cast<std::size_t>(to)];
  there.insert(there.end(), moved.begin(), moved.end());
  moved.clear();
  storage_at(plan, to).last_step = std::max(storage_at(plan, to).last_step, storage_at(plan, from).last_step);
  storage_at(plan, to).first_step =
      std::min(storage_at(plan, to).first_step, storage_at(plan, from).first_step);
  storage_at(plan, from).bytes = 0;
}

// The step and output number that first write a storage.
struct Writer {
  std::size_t step = 0;
  std::size_t output = 0;
  bool found = false;
};

std::vector<Writer> find_writers(Plan& plan) {
  std::vector<Writer> writers(plan.storages.size());
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    for (std::size_t o = 0; o < plan.steps[s].outputs.size(); ++o) {
      const int output = plan.steps[s].outputs[o];
      if (output == nothing) continue;
      Writer& writer = writers[static_cast<std::size_t>(tensor_at(plan, output).storage)];
      if (!writer.found) writer = {s, o, true};
    }
  }
  return writers;
}

Step copy_step(Plan& plan, int from, int to, std::string note) {
  Step step;
  step.op = identity(tensor_at(plan, from).layout.type.dtype);
  step.node = storage_of(plan, from).node;
  step.inputs = {from};
  step.outputs = {to};
  step.note = std::move(note);
  return step;
}

bool updates_in_place(Plan& plan, const Assignment& assignment, const std::vector<Writer>& writers) {
  const int value = tensor_at(plan, assignment.value).storage;
  const int variable = tensor_at(plan, assignment.variable).storage;
  const Storage& from = storage_at(plan, value);
  const Writer& writer = writers[static_cast<std::size_t>(value)];
  const bool own_storage = from.kind == Storage::Kind::arena && writer.found && from.first_step >= 0;
  if (!own_storage || !is_whole(plan, assignment.value) || from.bytes != storage_at(plan, variable).bytes)
    return false;
  const int old_needed_until = storage_at(plan, variable).last_step;
  if (old_needed_until < static_cast<int>(writer.step)) return true;
  return old_needed_until == static_cast<int>(writer.step) &&
         may_take_over(plan, plan.steps[writer.step], writer.output, variable);
}

}  // namespace

std::vector<std::vector<int>> tensors_by_storage(const Plan& plan) {
  StorageTensors tensors(plan.storages.size());
  for (std::size_t i = 0; i < plan.tensors.size(); ++i)
    tensors[static_cast<std::size_t>(plan.tensors[i].storage)].push_back(static_cast<int>(i));
  return tensors;
}

void find_lifetimes(Plan& plan) {
  for (Storage& storage : plan.storages) storage.first_step = storage.last_step = -1;
  std::vector<bool> seen(plan.storages.size());
  for (const PlannedFeed& feed : plan.feeds)
    seen[static_cast<std::size_t>(tensor_at(plan, feed.tensor).storage)] = true;
  if (plan.random_key != nothing)
    seen[static_cast<std::size_t>(tensor_at(plan, plan.random_key).storage)] = true;
  const auto use = [&](int storage, int step) {
    Storage& at = storage_at(plan, storage);
    if (!seen[static_cast<std::size_t>(storage)] && at.kind == Storage::Kind::arena) at.first_step = step;
    seen[static_cast<std::size_t>(storage)] = true;
    at.last_step = std::max(at.last_step, step);
  };
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    for (const int input : step.inputs) use(tensor_at(plan, input).storage, static_cast<int>(s));
    for (const int output : step.outputs) {
      if (output != nothing) use(tensor_at(plan, output).storage, static_cast<int>(s));
    }
    if (step.scratch != nothing) use(step.scratch, static_cast<int>(s));
  }
  for (const int fetch : plan.fetches)
    use(tensor_at(plan, fetch).storage, static_cast<int>(plan.steps.size()));
}

void update_variables(Plan& plan, const std::vector<Assignment>& assignments) {
  find_lifetimes(plan);
  // A variable's old value that becomes another one's new value is read after the last step.
  const int end = static_cast<int>(plan.steps.size());
  for (const Assignment& assignment : assignments) {
    Storage& from = storage_of(plan, assignment.value);
    if (from.kind == Storage::Kind::variable && assignment.value != assignment.variable) from.last_step = end;
  }
  std::vector<Writer> writers = find_writers(plan);
  StorageTensors tensors = tensors_by_storage(plan);
  std::vector<Assignment> copied;
  for (const Assignment& assignment : assignments) {
    if (assignment.value == assignment.variable) continue;
    if (updates_in_place(plan, assignment, writers)) {
      Storage& value = storage_of(plan, assignment.value);
      plan.steps[writers[static_cast<std::size_t>(tensor_at(plan, assignment.value).storage)].step].note +=
          "updates in place ";
      value.last_step = end;
      move_storage(plan, tensors, tensor_at(plan, assignment.value).storage,
                   tensor_at(plan, assignment.variable).storage);
    } else {
      copied.push_back(assignment);
    }
  }
  // First every old value that is still wanted, then the writes: so variables can exchange their values.
  for (Assignment& assignment : copied) {
    if (storage_of(plan, assignment.value).kind != Storage::Kind::variable) continue;
    const TensorType type = tensor_at(plan, assignment.value).layout.type;
    Storage saved;
    saved.bytes = align_up(std::max<std::int64_t>(type.bytes(), 1));
    saved.node = storage_of(plan, assignment.value).node;
    plan.storages.push_back(saved);
    plan.tensors.push_back(
        {static_cast<int>(plan.storages.size()) - 1, 0, {type, dense_strides(type.shape)}});
    const int kept = static_cast<int>(plan.tensors.size()) - 1;
    plan.steps.push_back(copy_step(plan, assignment.value, kept, "saves an old value"));
    assignment.value = kept;
  }
  for (const Assignment& assignment : copied) {
    plan.steps.push_back(copy_step(plan, assignment.value, assignment.variable, "state copy"));
  }
  plan.state_copies = static_cast<int>(copied.size());
}

void reuse_inputs(Plan& plan) {
  find_lifetimes(plan);
  StorageTensors tensors = tensors_by_storage(plan);
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    Step& step = plan.steps[s];
    for (std::size_t o = 0; o < step.outputs.size(); ++o) {
      if (step.outputs[o] == nothing) continue;
      const int own = tensor_at(plan, step.outputs[o]).storage;
      const bool fresh = storage_at(plan, own).kind == Storage::Kind::arena &&
                         storage_at(plan, own).first_step == static_cast<int>(s);
      if (!fresh) continue;
      for (const int input : step.inputs) {
        const int candidate = tensor_at(plan, input).storage;
        const Storage& storage = storage_at(plan, candidate);
        const bool dies_here = storage.kind == Storage::Kind::arena &&
                               storage.last_step == static_cast<int>(s) &&
                               storage.first_step < static_cast<int>(s);
        if (!dies_here || candidate == own || storage.bytes != storage_at(plan, own).bytes) continue;
        if (!may_take_over(plan, step, o, candidate)) continue;
        move_storage(plan, tensors, own, candidate);
        step.note += "in place ";
        // From here on the storage belongs to the output, also for this step's other outputs.
        storage_at(plan, candidate).last_step =
            std::max(storage_at(plan, candidate).last_step, static_cast<int>(s) + 1);
        break;
      }
    }
  }
  find_lifetimes(plan);
}

}  // namespace heed
