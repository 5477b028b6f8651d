/** onnxruntime running a graph. The one place that knows the package, which is large and installed only where training is wanted. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf, UserError } from "../../errors.ts";
import type { Values } from "./onnx-model.ts";

/** Where a graph runs. `webgpu` is in the package; `cuda` asks for its CUDA provider to be installed. */
export const devices = ["cpu", "webgpu", "cuda"] as const;
export type Device = (typeof devices)[number];

export interface Runtime {
  readonly device: Device;
  /** CPU threads of one operation. More than the free cores makes it slower. */
  readonly threads: number;
  /** Path that files begin with, one for each graph, of which operation ran where and for how long; none are written without. */
  readonly profile?: string;
}

/** One thread: the same bits come out each time on one kind of processor, and two runs side by side use two cores best. */
export const oneThread: Runtime = { device: "cpu", threads: 1 };

/** Inputs and outputs by name. Int32Array stands for indices. */
export type Arrays = Readonly<
  Record<string, { readonly data: Values | Int32Array; readonly shape: readonly number[] }>
>;

async function runtime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new UserError(
      {
        happened: "training needs onnxruntime-node, which is not installed",
        expected: "the package onnxruntime-node (MIT, about 290 MB: it has the binaries of all platforms)",
        mend: "npm install onnxruntime-node --onnxruntime-node-install=skip",
      },
      { cause },
    );
  }
}

const deviceNeeds: Readonly<Record<Exclude<Device, "cpu">, string>> = {
  webgpu: "a graphics adapter with its driver: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS",
  cuda: "an NVIDIA GPU with its driver, CUDA and cuDNN, and onnxruntime-node installed with its CUDA provider",
};

/** The last part of what onnxruntime says, which begins with places in its source. */
const reasonOf = (cause: unknown) =>
  messageOf(cause)
    .split("\n")[0]!
    .replace(/^.*(?:was false\.|FAIL :|Error:) /, "")
    .trim();

/**
 * A graph ready to run. State can stay in place: what a run writes to given tensors is not copied. A single operation that
 * the device has no kernel for runs on the CPU (WebGPU: LogSoftmax, Sign, reshaping of indices).
 *
 * @throws UserError where the device is not there: no graph runs on another one instead
 */
export async function openGraph(bytes: Uint8Array, { device, threads, profile }: Runtime = oneThread) {
  const { InferenceSession: Session, Tensor: OrtTensor } = await runtime();
  const session: InferenceSession = await Session.create(bytes, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
  }).catch((cause) => {
    if (device === "cpu") throw cause;
    throw new UserError(
      {
        happened: `onnxruntime cannot run on ${device} here: ${reasonOf(cause)}`,
        expected: deviceNeeds[device],
        mend: "look whether this user may use the device, or train on the CPU: --device cpu",
      },
      { cause },
    );
  });
  const wanted = new Set(session.inputNames);
  const tensor = (data: Values | Int32Array, shape: readonly number[]): Tensor => {
    if (data instanceof Int32Array) return new OrtTensor("int64", BigInt64Array.from(data, BigInt), shape);
    return data instanceof Float64Array ? new OrtTensor("float64", data, shape) : new OrtTensor("float32", data, shape);
  };
  return {
    tensor,
    /** Runs with those of `feeds` that the graph asks for; outputs named in `into` are written there. */
    run: async (
      feeds: Readonly<Record<string, Tensor>>,
      into: Readonly<Record<string, Tensor | null>>,
    ): Promise<InferenceSession.ReturnType> =>
      session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))), into),
    /** Runs with arrays in and arrays out. */
    evaluate: async (feeds: Arrays): Promise<Record<string, Values>> => {
      const tensors = Object.entries(feeds)
        .filter(([name]) => wanted.has(name))
        .map(([name, { data, shape }]) => [name, tensor(data, shape)] as const);
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Values]));
    },
    release: async () => {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

export type OpenGraph = Awaited<ReturnType<typeof openGraph>>;
