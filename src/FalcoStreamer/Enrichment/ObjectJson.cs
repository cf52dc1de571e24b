namespace FalcoStreamer.Enrichment;

/// <summary>The members that every object of the API has, as far as they matter for owners and UIDs.</summary>
internal sealed class ObjectJson
{
    public string? Kind { get; set; }

    public ObjectMetadataJson? Metadata { get; set; }
}

/// <summary>The metadata of any object; smaller than <see cref="MetadataJson"/>, because of other kinds nothing else is wanted.</summary>
internal sealed class ObjectMetadataJson
{
    public string? Name { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public List<OwnerReferenceJson>? OwnerReferences { get; set; }
}
