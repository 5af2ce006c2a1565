#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <heed/backends/step_layouts.h>
#include <heed/backends/vulkan/commands.h>
#include <heed/backends/vulkan/hazards.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/memory.h>
#include <heed/backends/vulkan/pipelines.h>
#include <heed/backends/vulkan/program.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

namespace {

// Bytes of a buffer that a dispatch is given, and the element of them at which its operand begins.
struct Range {
  const Buffer* buffer = nullptr;
  std::int64_t begin = 0;
  std::int64_t bytes = 0;
  std::uint32_t first = 0;
};

Range begin_at(const Memory* memory, std::int64_t offset) {
  const VulkanMemory::Place place = static_cast<const VulkanMemory*>(memory)->place(offset);
  return {place.buffer.get(), place.offset};
}

// Room for a dispatch's words, at an offset that can be bound.
std::int64_t parameter_bytes(const Dispatch& dispatch, const DeviceTraits& device) {
  const auto words = static_cast<std::int64_t>(dispatch.bindings.size() + dispatch.parameters.size());
  const std::int64_t alignment = std::max<std::int64_t>(device.offset_alignment, 4);
  return divide_up(std::max<std::int64_t>(words, 1) * 4, alignment) * alignment;
}

struct BoundDispatch {
  Pipeline pipeline;
  VkDescriptorSet set = VK_NULL_HANDLE;
  std::array<std::uint32_t, 3> groups{};
  std::vector<Access> accesses;
};

class VulkanProgram final : public Program {
 public:
  VulkanProgram(const KernelTable& table, const Plan& plan, std::shared_ptr<Device> device,
                std::shared_ptr<Transfers> transfers);
  ~VulkanProgram() override;

  std::int64_t scratch_bytes(std::size_t index) const override { return kernels_[index].scratch_bytes; }
  void bind(const Plan& plan, const Bindings& bindings) override;
  void run(RunObserver* observer) override;

 private:
  using Words = std::vector<std::uint32_t>;
  Range range_of(const Plan& plan, const Step& step, const Binding& binding, const Bindings& bindings) const;
  Range place(const Plan& plan, int tensor, const Bindings& bindings) const;
  bool is_in_place(const Plan& plan, const Step& step) const;
  void make_pool();
  void bind_step(const Plan& plan, std::size_t index, const Bindings& bindings, Words& parameters);
  void write_set(const BoundDispatch& dispatch, const Range& parameters, const std::vector<Range>& ranges);
  void record(std::size_t first, std::size_t last, VkCommandBufferUsageFlags usage);
  void record_step(std::size_t index, Hazards& hazards);
  void record_timed();
  void run_steps(RunObserver& observer);
  void run_timed(RunObserver& observer);

  std::shared_ptr<Device> device_;
  std::shared_ptr<Transfers> transfers_;
  std::vector<Kernel> kernels_;
  std::vector<std::vector<BoundDispatch>> steps_;
  std::shared_ptr<Buffer> parameters_;
  VkDescriptorPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  VkQueryPool times_ = VK_NULL_HANDLE;  // one before the first step, one after each
  bool recorded_ = false;               // all steps
  // When the last run without an observer is done, and the one before: no more are under way at once.
  std::uint64_t submitted_ = 0, submitted_before_ = 0;
};

VulkanProgram::VulkanProgram(const KernelTable& table, const Plan& plan, std::shared_ptr<Device> device,
                             std::shared_ptr<Transfers> transfers)
    : device_(std::move(device)), transfers_(std::move(transfers)) {
  for (const Step& step : plan.steps) {
    const StepLayouts layouts = layouts_of(plan, step);
    const KernelRequest request{layouts.inputs, layouts.outputs, layouts.live, device_->traits()};
    const KernelEntry* entry = table.find(*step.op);
    if (!entry) throw InternalError(fmt::format("no kernel for {}", step.op->name()));
    kernels_.push_back(entry->make(*step.op, request));
  }
}

VulkanProgram::~VulkanProgram() {
  device_->settle();
  device_->free_commands(commands_);
  if (pool_) vkDestroyDescriptorPool(device_->handle(), pool_, nullptr);
  if (times_) vkDestroyQueryPool(device_->handle(), times_, nullptr);
}

Range VulkanProgram::place(const Plan& plan, int tensor, const Bindings& bindings) const {
  const PlannedTensor& at = plan.tensors[static_cast<std::size_t>(tensor)];
  const Storage& storage = plan.storages[static_cast<std::size_t>(at.storage)];
  switch (storage.kind) {
    case Storage::Kind::arena:
      return begin_at(bindings.arena, storage.offset + at.offset);
    case Storage::Kind::constant:
      return begin_at(bindings.constants, storage.offset + at.offset);
    case Storage::Kind::variable:
      return begin_at(bindings.variables[static_cast<std::size_t>(storage.variable)], at.offset);
  }
  return {};
}

// Ranges begin where the device allows it: the operand may begin some elements later.
Range VulkanProgram::range_of(const Plan& plan, const Step& step, const Binding& binding,
                              const Bindings& bindings) const {
  Range range;
  std::int64_t element = 4, elements = 0;
  if (binding.kind == Binding::Kind::scratch) {
    const Storage& storage = plan.storages[static_cast<std::size_t>(step.scratch)];
    range = begin_at(bindings.arena, storage.offset);
    elements = storage.bytes / element;
  } else {
    const auto& operands = binding.kind == Binding::Kind::input ? step.inputs : step.outputs;
    const int tensor = operands[binding.index];
    range = place(plan, tensor, bindings);
    const TensorLayout& layout = plan.tensors[static_cast<std::size_t>(tensor)].layout;
    element = static_cast<std::int64_t>(size_of(layout.type.dtype));
    elements = span_of(layout.type.shape, layout.strides);
  }
  elements = binding.count.value_or(elements - binding.first);
  const std::int64_t begin = range.begin + binding.first * element;
  range.begin = begin / device_->traits().offset_alignment * device_->traits().offset_alignment;
  range.first = word((begin - range.begin) / element);
  range.bytes = std::max<std::int64_t>(begin - range.begin + elements * element, 4);
  if (range.bytes > device_->traits().largest_range) {
    throw Error(fmt::format("vulkan: {} has an operand of {} bytes; {} can bind {}", step.op->name(),
                            range.bytes, device_->traits().name, device_->traits().largest_range));
  }
  return range;
}

bool VulkanProgram::is_in_place(const Plan& plan, const Step& step) const {
  if (step.inputs.empty() || step.outputs.empty() || step.outputs[0] == nothing) return false;
  const PlannedTensor& from = plan.tensors[static_cast<std::size_t>(step.inputs[0])];
  const PlannedTensor& to = plan.tensors[static_cast<std::size_t>(step.outputs[0])];
  return from.storage == to.storage && from.offset == to.offset && from.layout.is_dense();
}

void VulkanProgram::make_pool() {
  std::uint32_t sets = 0, buffers = 0;
  for (const Kernel& kernel : kernels_) {
    for (const Dispatch& dispatch : kernel.dispatches) {
      ++sets;
      buffers += static_cast<std::uint32_t>(dispatch.bindings.size()) + 1;
    }
  }
  if (pool_) vkDestroyDescriptorPool(device_->handle(), pool_, nullptr);
  pool_ = VK_NULL_HANDLE;
  if (sets == 0) return;
  const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, buffers};
  VkDescriptorPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  info.maxSets = sets;
  info.poolSizeCount = 1;
  info.pPoolSizes = &size;
  check(vkCreateDescriptorPool(device_->handle(), &info, nullptr, &pool_), "making room for bindings");
}

void VulkanProgram::bind(const Plan& plan, const Bindings& bindings) {
  device_->wait_for_all();
  make_pool();
  recorded_ = false;
  std::int64_t bytes = 0;
  for (const Kernel& kernel : kernels_)
    for (const Dispatch& dispatch : kernel.dispatches) bytes += parameter_bytes(dispatch, device_->traits());
  parameters_ = std::make_shared<Buffer>(device_, std::max<std::int64_t>(bytes, 4), Home::device);
  Words parameters;
  parameters.reserve(static_cast<std::size_t>(bytes / 4));
  steps_.assign(plan.steps.size(), {});
  for (std::size_t i = 0; i < plan.steps.size(); ++i) bind_step(plan, i, bindings, parameters);
  if (!parameters.empty()) transfers_->write(parameters_, 0, std::as_bytes(std::span(parameters)));
}

void VulkanProgram::bind_step(const Plan& plan, std::size_t index, const Bindings& bindings,
                              Words& parameters) {
  const Step& step = plan.steps[index];
  for (const Dispatch& dispatch : kernels_[index].dispatches) {
    if (dispatch.unless_in_place && is_in_place(plan, step)) continue;
    BoundDispatch bound;
    bound.groups = dispatch.groups;
    bound.pipeline =
        device_->pipelines().get(dispatch.shader, dispatch.constants, dispatch.bindings.size() + 1);
    const auto begin = static_cast<std::int64_t>(parameters.size()) * 4;
    std::vector<Range> ranges;
    for (const Binding& binding : dispatch.bindings) {
      const Range range = range_of(plan, step, binding, bindings);
      parameters.push_back(range.first);
      bound.accesses.push_back({reinterpret_cast<std::uint64_t>(range.buffer), range.begin,
                                range.begin + range.bytes, binding.written});
      ranges.push_back(range);
    }
    parameters.insert(parameters.end(), dispatch.parameters.begin(), dispatch.parameters.end());
    const std::int64_t room = parameter_bytes(dispatch, device_->traits());
    parameters.resize(static_cast<std::size_t>((begin + room) / 4));

    VkDescriptorSetAllocateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
    info.descriptorPool = pool_;
    info.descriptorSetCount = 1;
    info.pSetLayouts = &bound.pipeline.set_layout;
    check(vkAllocateDescriptorSets(device_->handle(), &info, &bound.set), "making a set of bindings");
    write_set(bound, {parameters_.get(), begin, room}, ranges);
    steps_[index].push_back(std::move(bound));
  }
}

void VulkanProgram::write_set(const BoundDispatch& dispatch, const Range& parameters,
                              const std::vector<Range>& ranges) {
  std::vector<VkDescriptorBufferInfo> buffers;
  const auto add = [&](const Range& range) {
    buffers.push_back({range.buffer->handle(), static_cast<VkDeviceSize>(range.begin),
                       static_cast<VkDeviceSize>(range.bytes)});
  };
  add(parameters);
  for (const Range& range : ranges) add(range);
  VkWriteDescriptorSet write{};
  write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
  write.dstSet = dispatch.set;
  write.descriptorCount = static_cast<std::uint32_t>(buffers.size());
  write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
  write.pBufferInfo = buffers.data();
  vkUpdateDescriptorSets(device_->handle(), 1, &write, 0, nullptr);
}

void VulkanProgram::record_step(std::size_t index, Hazards& hazards) {
  for (const BoundDispatch& dispatch : steps_[index]) {
    if (hazards.next(dispatch.accesses)) add_dispatch_barrier(commands_);
    vkCmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.handle);
    vkCmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.layout, 0, 1,
                            &dispatch.set, 0, nullptr);
    vkCmdDispatch(commands_, dispatch.groups[0], dispatch.groups[1], dispatch.groups[2]);
  }
}

void VulkanProgram::record(std::size_t first, std::size_t last, VkCommandBufferUsageFlags usage) {
  if (!commands_) commands_ = device_->allocate_commands();
  begin_commands(commands_, usage);
  add_barrier(commands_);
  Hazards hazards;
  for (std::size_t i = first; i < last; ++i) record_step(i, hazards);
  add_barrier(commands_);
  check(vkEndCommandBuffer(commands_), "recording commands");
}

// What was written into staging before is copied while earlier work is still under way. Nobody waits for the
// work here: who reads results does.
void VulkanProgram::run(RunObserver* observer) {
  transfers_->flush();
  if (observer) device_->wait_for_all();
  if (observer && !observer->looks_at_memory() && device_->traits().clock_nanoseconds > 0)
    return run_timed(*observer);
  if (observer) return run_steps(*observer);
  if (!recorded_) {
    device_->wait(submitted_);
    record(0, steps_.size(), VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT);
  }
  recorded_ = true;
  device_->wait(submitted_before_);
  submitted_before_ = std::exchange(submitted_, device_->submit(std::span(&commands_, 1)));
}

// One step at a time, so that its observer finds memory as it was before and is after it.
void VulkanProgram::run_steps(RunObserver& observer) {
  recorded_ = false;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    record(i, i + 1, 0);
    observer.before_step(i);
    device_->wait(device_->submit(std::span(&commands_, 1)));
    observer.after_step(i);
  }
}

// All steps, each waiting for the one before, so that its time is its own.
void VulkanProgram::record_timed() {
  const auto count = static_cast<std::uint32_t>(steps_.size() + 1);
  if (!times_) {
    VkQueryPoolCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    info.queryCount = count;
    check(vkCreateQueryPool(device_->handle(), &info, nullptr, &times_), "making room for times");
  }
  if (!commands_) commands_ = device_->allocate_commands();
  begin_commands(commands_);
  add_barrier(commands_);
  vkCmdResetQueryPool(commands_, times_, 0, count);
  vkCmdWriteTimestamp(commands_, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, times_, 0);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Hazards within;
    record_step(i, within);
    add_dispatch_barrier(commands_);
    vkCmdWriteTimestamp(commands_, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, times_,
                        static_cast<std::uint32_t>(i + 1));
  }
  add_barrier(commands_);
  check(vkEndCommandBuffer(commands_), "recording commands");
}

void VulkanProgram::run_timed(RunObserver& observer) {
  recorded_ = false;
  record_timed();
  device_->wait(device_->submit(std::span(&commands_, 1)));
  std::vector<std::uint64_t> ticks(steps_.size() + 1);
  check(vkGetQueryPoolResults(device_->handle(), times_, 0, static_cast<std::uint32_t>(ticks.size()),
                              ticks.size() * sizeof(std::uint64_t), ticks.data(), sizeof(std::uint64_t),
                              VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
        "reading times");
  const auto seconds = [&](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(to - from) * device_->traits().clock_nanoseconds * 1e-9;
  };
  for (std::size_t i = 0; i < steps_.size(); ++i)
    observer.step_took(i, seconds(ticks[i], ticks.back()), seconds(ticks[i], ticks[i + 1]));
}

}  // namespace

std::unique_ptr<Program> compile_program(const KernelTable& table, const Plan& plan,
                                         std::shared_ptr<Device> device,
                                         std::shared_ptr<Transfers> transfers) {
  return std::make_unique<VulkanProgram>(table, plan, std::move(device), std::move(transfers));
}

}  // namespace heed::vulkan
